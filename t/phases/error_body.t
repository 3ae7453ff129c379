# The body of an HTTPError: its type, its length, and others that can change the answer.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Server;
use PyHook::Test;


# The query → status, Content-Type, body.
my @bodies = (
    [text      => 403, 'text/html; charset=utf-8', "<p>\xc3\xa9"],
    [bytes     => 403, undef, "\0\xff"],
    [empty     => 403, undef, ''],
    [large     => 403, undef, 'x' x 1_000_000],
    [typed     => 403, 'application/json', '{}'],
    [moved     => 302, 'text/html; charset=utf-8', 'there'],
    [internal  => 500, 'text/html; charset=utf-8', 'sorry'],
);
my %wrong = (
    'raises?surrogate' => qr/PYHOOK0005: handler error_body:raises raised .*UnicodeEncodeError/s,
    'raises?split'     => qr/PYHOOK0005: handler error_body:raises raised .*ValueError: a content type can't contain CR, LF or NUL/s,
    number             => qr/PYHOOK0005: handler error_body:number raised .*TypeError/s,
);

plan tests => 4 * @bodies + 3 * keys(%wrong) + 15;

for (@bodies) {
    my ($name, $status, $type, $body) = @$_;
    my $response = GET "/error_body/raises?$name", redirect_ok => 0;
    is $response->code, $status, "$name: status";
    is $response->header('Content-Type'), $type, "$name: type";
    is $response->header('Content-Length'), length $body, "$name: length";
    ok $response->content eq $body, "$name: body";
}
is +(GET "/error_body/raises?moved", redirect_ok => 0)->header('Location'), 'http://localhost/there', 'a redirect has its Location besides';
for my $query (qw(methods methods-and-body)) { # TraceEnable is on
    my $allow = (GET "/error_body/raises?$query")->header('Allow');
    is join(' ', sort split /,\s*/, $allow), 'PROPFIND PUT TRACE', "$query: those that were said are allowed";
}

my $three = join '', map { "GET /error_body/raises?$_ HTTP/1.1\r\nHost: x\r\n\r\n" } qw(text empty bytes);
my @answers = split /(?=HTTP\/1\.1 )/, raw_request($three . "GET /error_body/raises HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
is scalar @answers, 4, 'the connection is kept: each answer says where it ends';
is scalar(grep { /^HTTP\/1\.1 403 / } @answers), 4, 'each is what was asked for';

for my $path (sort keys %wrong) {
    my $response;
    my $log = error_log_since { $response = GET "/error_body/$path" } $wrong{$path};
    is $response->code, 500, "$path: no body";
    unlike $response->as_string, qr/X-Split/, "$path: nothing of it";
    like $log, $wrong{$path}, "$path: the log says why";
}

# With `Satisfy any` a refusal may be overruled.
my $satisfied = PyHook::Server->new(children => 1, conf => <<"END")->start;
LoadModule access_compat_module $ENV{PYHOOK_LIBEXEC}/mod_access_compat.so
<Location /unheard>
    PyHookAccessChecker error_body:unheard
    Satisfy any
    AuthType Basic
    AuthName x
    AuthBasicProvider file
    AuthUserFile /dev/null
    Require valid-user
    PyHookHandler error_body:page
</Location>
<Location /fails>
    PyHookAccessChecker error_body:unheard
    Satisfy any
    AuthType Basic
    AuthName x
    PyHookCheckAuthn error_body:fails
    Require valid-user
</Location>
END
my $response = GET $satisfied->url('/unheard?known');
is $response->code, 401, 'the error of another module';
like $response->content, qr/<title>401/, 'has its own page';
$response = GET $satisfied->url('/unheard');
is $response->code, 401, 'that of a status without a name too';
like $response->content, qr/<title>401/, 'has its own page';
$response = GET $satisfied->url('/fails');
is $response->code, 500, 'an exception afterwards';
like $response->content, qr/<title>500/, 'has the page of its status';
like until_true { $satisfied->error_log =~ /(PYHOOK0005.*)/ ? $1 : undef }, qr/PYHOOK0005: check_authn error_body:fails/, 'and its entry';

is GET_BODY('/error_body/filtered'), "<P>\xc3\xa9", 'a filter of error pages has the body';
$response = GET '/error_body/another';
is $response->code . $response->content, "403<p>\xc3\xa9", 'what insert_error_filter raises changes no body';

$response = GET '/error_body/twice';
is $response->code . $response->content, '403the second', 'the last error has its own body';
