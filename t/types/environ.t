# pyhook.environ, and WSGI responses that a content handler returns.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY GET_RC POST);
use PyHook::Test;

plan tests => 16;

my $response = POST '/environ/a%20b?q=1', content => 'the body', 'Content-Type' => 'text/x', 'X-Test' => "\xe9";
is $response->content, join("\n", 'REQUEST_METHOD=POST', 'SCRIPT_NAME=/environ', 'PATH_INFO=/a b', 'QUERY_STRING=q=1',
    "HTTP_X_TEST=\xc3\xa9", 'CONTENT_TYPE=text/x', 'CONTENT_LENGTH=8', "b'the body'"), 'the environ of a handler';
is $response->header('X-Fixups'), '/environ|/a b|True', 'and of another phase';

$response = GET '/environ/response/x';
is $response->code, 418, 'the status of a response';
like $response->status_line, qr/I'm a teapot/, 'with its reason';
is $response->content, 'short and stout', 'its body';
is $response->header('Content-Length'), 15, 'with its length';
is $response->header('X-Path'), '/x', 'it saw the environ';
is join(',', $response->header('Set-Cookie')), 'a=1,b=2', 'a header twice';
is GET_BODY('/environ/late'), 'one two', 'an iterator';
my (undef, $head) = curl('-I', '/environ/response/x');
like $head, qr{^HTTP/1\.1 418 .*Content-Length: 15\r\n.*\r\n\r\n\z}s, 'HEAD has the head only';

my $log = error_log_since { is GET_RC('/environ/raises'), 500, 'one that raises' } qr/no response/;
like $log, qr/PYHOOK0005: handler environ:raises raised.*RuntimeError: no response/s, 'is told';
$log = error_log_since { is GET_RC('/environ/silent'), 500, 'one that never starts' } qr/PYHOOK0070/;
like $log, qr/PYHOOK0070: handler environ:silent has not called start_response/, 'is told';
$log = error_log_since { is GET_RC('/environ/check'), 500, 'a phase without content takes none' } qr/PYHOOK0006/;
like $log, qr/PYHOOK0006: access_checker environ:silent returned/, 'and says so';
