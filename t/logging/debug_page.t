# What a client gets when Python has failed: with PyHookDebug a page for developers, otherwise no more than an id.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use JSON::PP;
use PyHook::Test;

my @secrets = (Authorization => 'Basic am9lOmpvZXMtcGFzc3dvcmQ=', Cookie => 'sid=the-cookie-value');

sub page { my ($path, $accept, @more) = @_; return GET "/debug-page/$path", Accept => $accept, @more }

# A browser, a program, and everybody else.
my $html = page('handler?x=1', 'text/html,application/xhtml+xml;q=0.9', @secrets);
is $html->code, 500, 'the status';
is $html->header('Content-Type'), 'text/html; charset=utf-8', 'a browser gets HTML';
is $html->header('X-Content-Type-Options'), 'nosniff', 'which is that and nothing else';
like $html->content, qr{^<!DOCTYPE html>.*<h1>ValueError: &lt;b&gt;no 3 apples&lt;/b&gt; for \(hidden\)</h1>}s, 'with the exception, escaped';
like $html->content, qr{class=hit>\s+\d+\s+raise ValueError}, 'the line of the source';
like $html->content, qr{cart</th><td>\{&#x27;apples&#x27;: 3, &#x27;token&#x27;: \(hidden\)\}}, 'the locals';
like $html->content, qr{&lt;Location /debug-page/handler&gt; <code>PyHookHandler debug_page:fails</code> — [^<]*\.conf:\d+<}, 'the line that names it';
like $html->content, qr{uri</th><td>/debug-page/handler\?x=1<}, 'the request';
unlike $html->content, qr/hunter2|in-a-dict|am9lOmp|joes-password|the-cookie-value/, 'and no secret';

my $json = page('handler', 'application/json', @secrets);
is $json->header('Content-Type'), 'application/json', 'a program gets JSON';
my $told = decode_json($json->content);
is_deeply [$told->{phase}, $told->{callable}, $told->{exceptions}[0]{type}], [qw(handler debug_page:fails ValueError)], 'with the same';
is $told->{exceptions}[0]{frames}[0]{function}, 'fails', 'and the frames';
my ($line) = @{ $told->{lines} };
is "$line->{directive} $line->{words}", 'PyHookHandler debug_page:fails', 'and the line of the configuration';
unlike $json->content, qr/hunter2|in-a-dict|am9lOmp|joes-password|the-cookie-value/, 'and no secret';

my $text = page('handler', '*/*');
is $text->header('Content-Type'), 'text/plain; charset=utf-8', 'curl gets text';
like $text->content, qr/^PYHOOK0005: handler debug_page:fails raised \(request \S+\)\nTraceback .*\nValueError: <b>no 3 apples.*\nPyHookHandler debug_page:fails in .*\nGET \/debug-page\/handler HTTP/s,
    'the entry of the log, and where it comes from';

# Every way to fail.
like page('coroutine', 'text/html')->content, qr{<h1>ValueError: in a coroutine</h1>}, 'a coroutine';
like page('fixups', 'text/html')->content, qr{<p>fixups <code>debug_page:fails</code>}, 'another phase';
like page('result', 'text/html')->content, qr{<h1>PYHOOK0006: .* returned 3.5 of type float}, 'a wrong result';
like page('missing', 'text/html')->content, qr{<h1>AttributeError: .*no_such_name}, 'a callable that is not there';
my $wsgi = page('wsgi', 'text/html', @secrets);
like $wsgi->content, qr{<h1>LookupError: }, 'an application';
unlike $wsgi->content, qr/the-cookie-value|am9lOmp/, 'whose environ has secrets';
like page('asgi', 'text/html')->content, qr{<h1>ValueError: in an ASGI application}, 'an ASGI application';
like page('filter', 'text/html')->content, qr{<h1>ValueError: in a filter</h1>.*PyHookOutputFilter DEBUG_PAGE debug_page:broken_filter}s, 'a filter';
my $denied = page('authz', 'text/html');
is $denied->code, 500, 'a provider that fails denies';
like $denied->content, qr{<h1>ValueError: in a provider</h1>.*PyHookAuthzProvider debug-page debug_page:decides}s, 'and is explained';
my $hostile = page('hostile', 'text/html');
like $hostile->content, qr{whose repr raises SystemExit}, 'a value whose repr raises';
unlike $hostile->content, qr/<script>alert/, 'harms nothing';
cmp_ok length $hostile->content, '<', 100_000, 'a huge value is cut';
like page('deep', 'text/html')->content, qr{RecursionError.*\d+ more calls}s, 'a recursion';
my $broken = page('page', 'text/html');
is $broken->header('Content-Type'), 'text/plain; charset=utf-8', 'where the page itself fails';
like $broken->content, qr/still told/, 'the entry is the page';
is page('own', 'text/html')->content, 'its own', 'a body that Python gives stays';
is HEAD('/debug-page/handler', Accept => 'text/html')->code, 500, 'HEAD';

# Without it.
my $bare;
my $logged = error_log_since { $bare = GET '/bare-page', Accept => 'text/html', @secrets } qr/PYHOOK0005/;
my ($id) = $logged =~ /\(request (\S+)\)/;
is $bare->code, 500, 'without PyHookDebug';
like $bare->content, qr/log: \Q$id\E</, 'the page has the id of the log';
unlike $bare->content, qr/apples|ValueError|debug_page|PYHOOK/, 'and nothing else';
like GET_BODY('/bare-page/result'), qr/Its id in the server's log: \S+</, 'also for a wrong result';
is GET_BODY('/bare-page/document'), 'a document', 'an ErrorDocument goes before it';
like GET_BODY('/bare-page/default'), qr/Internal Server Error/, "and so does httpd's page where the configuration asks for it";

done_testing;
