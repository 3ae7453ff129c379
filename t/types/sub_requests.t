# Requests that httpd makes itself, expressions, and the rest of its machinery.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Ask;
use PyHook::Test;

my $port = Apache::Test::vars('port');
my @machinery = (
    ['req.expr("%{REQUEST_METHOD} == \'GET\'"), req.expr("-T \'off\'"), req.expr("true && ! false")', '(True, False, True)'],
    ['req.expr("%{HTTP:X-One} =~ /^u(n)o$/"), req.expr_string("%{HTTP:X-One}-%{REQUEST_URI}")', q((True, 'uno-/types/machinery')), 'X-One' => 'uno'],
    ['req.expr_string(""), req.expr_string("plain"), req.expr_string("%{tolower:ABC}")', q(('', 'plain', 'abc'))],
    ['each(req.notes.update(x="caf\xe9 \udcff"), req.expr_string("%{note:x}"))', q('caf\xe9 \udcff')],
    ['[error(act, wrong) for act in (req.expr, req.expr_string) for wrong in ("%{", "%{no such function:x}", 5, None, "\0")]',
        '[' . join(', ', (("'ValueError'") x 2, ("'TypeError'") x 2, "'ValueError'") x 2) . ']'],
    ['[error(req.expr, wrong) for wrong in ("", "==", "\'a\' ==", "-Q \'x\'", "(true")]', '[' . join(', ', ("'ValueError'") x 5) . ']'],
    ['req.expr("%{")', qr/^ValueError: .+/],
    ['req.construct_url("/x?y"), req.construct_url("")', qq(('http://127.0.0.1:$port/x?y', 'http://127.0.0.1:$port'))],
    ['[error(req.construct_url, wrong) for wrong in (5, None, "\0")]', q(['TypeError', 'TypeError', 'ValueError'])],
    ['req.ssl_var("SSL_PROTOCOL"), req.is_https', '(None, False)'],
    ['error(req.log), error(req.log, 5), error(req.log, "x", "loud"), error(req.log, "x", level=5)', q(('TypeError', 'TypeError', 'ValueError', 'TypeError'))],
    ['each(req.note_auth_failure(), req.err_headers_out.get("WWW-Authenticate"))', 'None'],
    ['each(req.add_common_vars(), req.subprocess_env["REQUEST_SCHEME"])', q('http')],
    ['each(req.add_cgi_vars(), req.subprocess_env["REQUEST_METHOD"])', q('GET')],
    ['[error(act, 1) for act in (req.add_common_vars, req.add_cgi_vars, req.note_auth_failure)]', q(['TypeError', 'TypeError', 'TypeError'])],
);

plan tests => @machinery + 22;

answers('/types/machinery', @machinery);
answers('/types/machinery/basic', ['each(req.note_auth_failure(), req.err_headers_out["WWW-Authenticate"])', q('Basic realm="a realm"')]);

sub doing { GET "/types/sub?$_[0]" }

is doing('run')->content, '200 True False x None None None [GET /types/sub-part of /types/sub None]0 False RuntimeError True RequestEnded',
    'a sub-request runs once, and ends';
is doing('run_file')->content, '200 True file 12 twelve bytes 0', 'a file';
is doing('nested')->content, 'spoken and ' x 20 . 'the end', 'what a nested one writes while it is looked up is kept when that ends';
is doing('method')->content, '[PUT /types/sub-part of /types/sub None][GET /types/sub-part of /types/sub None]', 'another method';
is doing('user')->content, 'ada None [GET /types/sub-user of /types/sub ada]', 'its user is its own';
is doing('refused')->content, '403 403 none 200', 'what may not be seen is not run';
is doing('misuse')->content, 'ValueError ValueError TypeError TypeError ValueError ValueError ValueError ValueError TypeError ValueError '
    . 'TypeError TypeError ValueError', 'misuse';

my $response;
my $log = error_log_since { $response = doing('redirect') } qr{end: /types/sub/second};
is $response->content, '/types/sub True False GET on /types/sub/second?target None', 'a redirect inside the server';
is $response->header('X-Kept'), 1, 'err_headers_out go along';
is $response->header('X-Lost'), undef, 'headers_out do not';
my @ends = $log =~ m{end: /types/sub(?:/second .*| .*redirect)}g; # those of earlier requests may be here, too
is scalar @ends, 1, 'it is logged once' or diag $log;
like $ends[0], qr{end: /types/sub/second 200 None target}, 'as the last request of the chain';
$response = doing('redirect_away');
is $response->code, 404, 'a redirect to nowhere';
is GET('/types/sub?redirect_away')->header('X-Lost'), undef, 'has nothing of the first';
is raw_request("HEAD /types/sub?run_file HTTP/1.0\r\n\r\n") =~ s/.*?\r\n\r\n//sr, '', 'nothing runs out for HEAD';
like POST('/types/sub?redirect', content => 'abc')->content, qr/ POST /, 'the method stays';

like POST('/types/page-of-parts', content => 'abc')->content, qr/^b'' RuntimeError and the rest$/, 'a part reads no body';
my $malformed = "POST /types/page-of-parts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nodd\r\n";
like raw_request($malformed), qr/^b'' RuntimeError\r\n.*^ and the rest\r\n0\r\n\r\n\z/ms, '… also if it is malformed';

my $filtered = GET '/types/filtered';
is $filtered->content, '[GET /types/filtered of None None]', 'a filter of httpd\'s';
is $filtered->header('X-Filters'), 'LookupError LookupError TypeError ValueError nothing', 'unknown filters are refused';
is GET_BODY('/types/filtered?types-shout'), '[GET /TYPES/FILTERED OF NONE NONE]', 'one of ours';
