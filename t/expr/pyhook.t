# Callables in httpd expressions, wherever httpd takes one.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 52;

sub header { GET($_[0], @_[2 .. $#_])->header($_[1]) }

# <If>
is header('/expr/if', 'X-If', Colour => 'red'), 'red', '<If> with the function: true';
is header('/expr/if', 'X-If', Colour => 'blue'), 'other', 'false';
is header('/expr/if', 'X-Magic', Word => 'abracadabra'), 'yes', '<If> with the operator: true';
is header('/expr/if', 'X-Magic', Word => 'please'), undef, 'false';
is header('/expr/if', 'X-In', Word => 'two'), 'yes', 'a list: inside';
is header('/expr/if', 'X-In', Word => 'three'), undef, 'outside';

# Require expr
is GET_RC('/expr/require', Word => 'abracadabra'), 200, 'Require expr: true';
is GET_RC('/expr/require', Word => 'please'), 403, 'false';
is GET_RC('/expr/require-not', Word => 'abracadabra'), 403, 'not true';
is GET_RC('/expr/require-not', Word => 'please'), 200, 'not false';

# Header
my $answer = GET '/expr/header', Colour => 'red';
is $answer->header('X-Colour'), 'red', 'Header: text';
is $answer->header('X-Upper'), '<SOME WORDS>', 'with an argument';
is $answer->header('X-True'), 'true', 'True';
is $answer->header('X-False'), 'false', 'False';
is $answer->header('X-None'), '[]', 'None';
is $answer->header('X-Number'), '12', 'a number';
is $answer->header('X-Only-Red'), 'yes', 'Header with a condition: true';
is header('/expr/header', 'X-Only-Red', Colour => 'blue'), undef, 'false';

# SetEnvIfExpr and Redirect
like GET_BODY('/expr/setenvif', Colour => 'red'), qr/^first=r /, 'SetEnvIfExpr: true';
like GET_BODY('/expr/setenvif', Colour => 'blue'), qr/^first=None /, 'false';
is +(HEAD '/expr/redirect', Colour => 'red', redirect_ok => 0)->header('Location'), 'http://elsewhere.example/red', 'Redirect';

# If a callable fails, the expression is neither true nor false.
for my $place (qw(if text none list absent require or)) {
    my $answer;
    my $log = error_log_since { $answer = GET "/expr/broken/$place" } qr/AH02320|Evaluation of expression/;
    is $answer->code, 500, "$place: the client gets a 500";
    like $log, qr/PYHOOK000[456]: expr pyhook_expr:\w+ (raised|returned|can't be called)/, "$place: the log says why";
}
$answer = GET '/expr/broken/header';
is $answer->code, 200, 'Header comes after the content: too late for a 500';
is $answer->header('X-Colour') // '', '', 'Header with a text that fails: nothing of it';
is GET_RC('/expr/broken/setenvif'), 500, 'SetEnvIfExpr that fails';
is +(HEAD '/expr/broken/redirect', redirect_ok => 0)->code, 500, 'Redirect that fails';

# Who may name code
like GET_BODY('/expr/if'), qr/pyhook: it is for the configuration of the server only/, 'not in expressions of requests';
my $log = error_log_since { is GET_RC('/expr/htaccess/file.txt'), 500, 'not in .htaccess' } qr/htaccess/;
like $log, qr/pyhook: it is for the configuration of the server only/, 'as the log says';
unlike GET_BODY('/expr/page.shtml', Colour => 'red'), qr/yes/, 'not in SSI pages';

sub refused {
    my ($expression, $reason) = @_;
    my ($status, $output) = config_test("<If \"$expression\">\n</If>");
    ok $status != 0 && $output =~ $reason, "refused: $expression" or diag $output;
}

refused "pyhook('nonsense') == 'x'", qr/pyhook: 'nonsense' is not module:callable/;
refused "pyhook('') == 'x'", qr/pyhook: '' is not module:callable/;
refused "pyhook(%{QUERY_STRING}) == 'x'", qr/pyhook: the callable is written as a constant/;
refused "pyhook('os:' . %{QUERY_STRING}) == 'x'", qr/pyhook: the callable is written as a constant/;
refused "'x' -pyhook %{QUERY_STRING}", qr/pyhook: the callable is written as a constant/;
refused "'x' -pyhook 'a:b c'", qr/pyhook: the operator's left side is the argument/;
refused "%{pyhook:os:%{QUERY_STRING}} == 'x'", qr/pyhook: the callable is written as a constant/;
refused "-pyhook 'a:b'", qr/syntax error/;
refused "%{PYHOOK} == 'x'", qr/Variable 'PYHOOK' does not exist/;
