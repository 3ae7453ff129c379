# A module or callable that is not there: 500, and one log entry with code, phase, callable, request and traceback.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my @cases = (
    ['no-module',        'PYHOOK0003', 'handler no_such_module:handler', qr/ModuleNotFoundError: No module named 'no_such_module'/],
    ['module-fails',     'PYHOOK0003', 'handler unresolved_fails:handler', qr/LookupError: not importable today/],
    ['no-callable',      'PYHOOK0004', 'handler unresolved:missing', qr/AttributeError: .*missing/],
    ['no-callable-deep', 'PYHOOK0004', 'handler unresolved:Plain.missing.deep', qr/AttributeError: .*missing/],
    ['not-callable',     'PYHOOK0004', 'handler unresolved:number', qr/TypeError: expected a callable, not int/],
    ['class-fails',      'PYHOOK0004', 'handler unresolved:Failing', qr/OSError: no instance today/],
    ['guard',            'PYHOOK0004', 'access_checker unresolved:missing', qr/AttributeError/],
    ['authn',            'PYHOOK0004', 'check_authn unresolved:missing', qr/AttributeError/],
);

plan tests => 4 * @cases + 11;

for (@cases) {
    my ($path, $code, $site, $reason) = @$_;
    for my $time ('first', 'second') {
        my $response;
        my $logged = error_log_since {
            $response = GET "/unresolved/$path", username => 'a', password => 'b'
        } $reason;
        ok $response->code == 500 && $response->content !~ /served|Error:/, "$path is refused the $time time";
        like $logged, qr/$code: \Q$site\E .*\(request \S+\).*$reason/s, "$path is logged the $time time";
    }
}

my $logged = error_log_since { is GET_BODY('/unresolved/log'), 'served', 'a missing log callable changes no answer' }
    qr/PYHOOK0004/;
like $logged, qr/PYHOOK0004: log_transaction unresolved:missing/, 'and is logged';

my ($made, $calls) = split ' ', GET_BODY('/unresolved/class');
is $made, 1, 'a class stands for one instance';
like GET_BODY('/unresolved/class'), qr/^1 \d+$/, 'which is kept';
is GET_BODY('/unresolved/inner'), 'inner Inner', 'a dotted name leads into a class';

my $shown = GET '/unresolved/debug?<i>&', Accept => 'text/html';
is $shown->code, 500, 'PyHookDebug does not change the status';
like $shown->content, qr/ValueError: &lt;b&gt;secret&lt;\/b&gt;.*PYHOOK0005.*Traceback/s, 'but shows the traceback';
unlike $shown->content, qr/<b>|<i>/, 'and escapes it';
my $hidden = GET '/unresolved/debug/off?x';
is $hidden->code, 500, 'PyHookDebug Off';
unlike $hidden->content, qr/secret|Traceback|PYHOOK/, 'shows nothing';
$logged = error_log_since { GET '/unresolved/debug/off' } qr/ValueError/;
like $logged, qr/PYHOOK0005.*\n(.*Traceback.*\n)(.*\n)*.*ValueError: <b>secret/, 'the log has the traceback, a line each';
