# Where applications are mounted, and what their environ says about the request.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Config qw(top);
use PyHook::Test;

plan tests => 81;

# The environ that an application shows, with its values as Python writes them.
sub environ {
    my ($path, @headers) = @_;
    return map { /^([^=]+)=(.*)/ ? ($1 => $2) : () } split /\n/, GET_BODY($path, @headers);
}

my %mounts = (
    '/wsgi-mount'                 => ['/wsgi-mount', ''],
    '/wsgi-mount/'                => ['/wsgi-mount', '/'],
    '/wsgi-mount/a/b%20c'         => ['/wsgi-mount', '/a/b c'],
    '/wsgi-mount/%C3%A9'          => ['/wsgi-mount', "/\\xc3\\xa9"],
    '/wsgi-mount/deep/x'          => ['/wsgi-mount/deep', '/x'],
    '/wsgi-mount/deeper'          => ['/wsgi-mount', '/deeper'],
    '/wsgi-location/x'            => ['/wsgi-location', '/x'],
    '/wsgi-match/12/x'            => ['', '/wsgi-match/12/x'],
    '/wsgi-below/'                => ['/wsgi-below', '/'],
    '/wsgi-below/no/such/file'    => ['/wsgi-below', '/no/such/file'],
    '/wsgi-below/file.txt'        => ['/wsgi-below', '/file.txt'],
    '/wsgi-below/file.txt/more'   => ['/wsgi-below', '/file.txt/more'],
);
for my $path (sort keys %mounts) {
    my %environ = environ($path);
    my ($script, $rest) = map { "'$_'" } @{ $mounts{$path} };
    is $environ{SCRIPT_NAME}, $script, "SCRIPT_NAME of $path";
    is $environ{PATH_INFO} =~ s/\xc3\x83\xc2\xa9/\\xc3\\xa9/r, $rest, "PATH_INFO of $path";
}

is GET_RC('/wsgi-mounted'), 404, 'a longer name is another place';
like GET_BODY('/wsgi-mount/static/index.html'), qr/plain file/, 'an Alias below an application wins';
like GET_BODY('/wsgi-mount/status'), qr/Apache Server Status/, 'and so does SetHandler';
is GET_RC('/wsgi-mount/none'), 404, 'none leaves a place to httpd';
like GET_BODY('/wsgi-file/x'), qr{^_pyhook_file_\d+ /wsgi-file\|/x /.*/mounted\.wsgi$}, 'a .wsgi file';
is GET_BODY('/wsgi-file-other'), 'other', 'and another callable of it';
is GET_RC('/wsgi-secret'), 403, 'what guards a .wsgi file guards its application';

my %environ = environ('/wsgi-location/q?a=1&b=%20', 'User-Agent' => 'test', 'X-Plain' => "\xe9", ':X_Under' => 1,
    'X.Dot' => 1, 'Proxy' => 'http://evil', 'Authorization' => 'Bearer token', 'Proxy-Authorization' => 'x');
is $environ{REQUEST_METHOD}, "'GET'", 'REQUEST_METHOD, whatever SetEnv says';
is $environ{QUERY_STRING}, "'a=1&b=%20'", 'QUERY_STRING';
is $environ{REQUEST_URI}, "'/wsgi-location/q?a=1&b=%20'", 'REQUEST_URI';
is $environ{HTTP_USER_AGENT}, "'test'", 'a header';
is $environ{HTTP_X_PLAIN}, "'\xc3\xa9'", 'a header is bytes as latin-1';
is $environ{HTTP_HOST}, "'" . Apache::TestRequest::hostport() . "'", 'a header, whatever SetEnv says';
is $environ{HTTP_AUTHORIZATION}, "'Bearer token'", 'Authorization is for the application';
is $environ{FROM_CONFIG}, "'yes'", 'SetEnv';
is $environ{'wsgi.url_scheme'}, "'http'", 'the scheme, whatever SetEnv says';
is $environ{'wsgi.version'}, '(1, 0)', 'wsgi.version';
is $environ{'wsgi.run_once'}, 'False', 'wsgi.run_once';
is $environ{SERVER_PROTOCOL}, "'HTTP/1.1'", 'SERVER_PROTOCOL';
is $environ{REMOTE_ADDR}, "'127.0.0.1'", 'REMOTE_ADDR';
is $environ{SERVER_PORT}, "'" . Apache::Test::vars('port') . "'", 'SERVER_PORT';
is join(' ', grep { exists $environ{$_} } qw(HTTP_X_UNDER HTTP_X_DOT HTTP_PROXY HTTP_PROXY_AUTHORIZATION wsgi.other
    REMOTE_USER AUTH_TYPE CONTENT_LENGTH CONTENT_TYPE)), '', 'what must not be there is not';

%environ = environ('/wsgi-location/user', Authorization => 'Basic dXNlcjpzZWNyZXQ=');
is $environ{REMOTE_USER}, "'user'", 'REMOTE_USER';
is $environ{AUTH_TYPE}, "'Basic'", 'AUTH_TYPE';
is $environ{HTTP_AUTHORIZATION}, undef, 'the password stays with httpd, which has checked it';

my $held = GET_BODY('/wsgi-kept/some/token?token=secret', Cookie => 'session=secret', Authorization => 'Bearer secret',
    'X-Api-Key' => 'secret', 'User-Agent' => 'test');
like $held, qr/\bHTTP_USER_AGENT\b/, 'what clients always say is kept for the next request';
unlike $held, qr/HTTP_(?:COOKIE|AUTHORIZATION|X_API_KEY)|QUERY_STRING|URI|PATH_INFO/, 'what may be secret is not';

%environ = environ('/wsgi-location/user/passed', Authorization => 'Basic dXNlcjpzZWNyZXQ=');
is $environ{HTTP_AUTHORIZATION}, "'Basic dXNlcjpzZWNyZXQ='", 'unless CGIPassAuth gives it away';

is GET_BODY('/wsgi-context'), 0, 'a fresh context' for 1 .. 2;
my $body;
my $log = error_log_since { $body = GET_BODY('/wsgi-request/x') } qr/logged/;
is $body, '/wsgi-request/x handler', 'pyhook.request is the request';
like $log, qr/logged by-application yes/, 'and what is set there is seen later';
my $twice = "GET /wsgi-redirect HTTP/1.1\r\nHost: x\r\n\r\n";
is $log = error_log_since { $body = raw_request($twice . $twice =~ s/\r\n$/Connection: close\r\n\r\n/r) }, '',
    'an internal redirect answers in place of the application';
is scalar(() = $body =~ /200 OK.*?plain file/gs), 2, 'and the connection goes on';

for my $how (['exit', 7], ['return', 1], map { [$_, 1] } qw(RuntimeError KeyboardInterrupt GeneratorExit MemoryError)) {
    is GET_BODY("/wsgi-forks?$how->[0]"), "status $how->[1]", "a forked child ends ($how->[0])";
}
is GET_BODY('/wsgi-forks-late'), 'status 1', 'of a generator too';

$log = error_log_since { $body = raw_request("GET /wsgi-forks-close HTTP/1.0\r\n\r\n") } qr/ended with/;
like $log, qr/the child in close\(\) ended with 1/, 'and of close()';
is scalar(() = $body =~ /HTTP\/1\.1 200|complete/g), 2, 'nothing is answered twice';

$log = error_log_since { GET '/wsgi-errors' } qr/no end/;
like $log, qr/error\].* one line\n.* begun, and ended\n.* no end %s%n\n/, 'wsgi.errors is the error log, by lines';

$log = error_log_since { GET '/wsgi-thread-after' } qr/afterwards/;
like $log, qr/error\].* afterwards: the Request has ended\n/, 'a thread may write there after its request, which has ended';

for my $slashes (['On', '/a/b'], ['NoDecode', '/a%2Fb']) {
    my $server = PyHook::Server->new(conf => <<"CONF")->start;
AllowEncodedSlashes $slashes->[0]
PyHookWSGIAlias /alias wsgi_mount:show
<Location /location>
    PyHookWSGI wsgi_mount:show
</Location>
Alias /directory "@{[top()]}/t/wsgi/below"
<Directory "@{[top()]}/t/wsgi/below">
    PyHookWSGI wsgi_mount:show
</Directory>
CONF
    for my $mount ('/alias', '/location', '/directory') {
        my %shown = environ($server->url("$mount/a%2Fb"));
        is "$shown{SCRIPT_NAME} $shown{PATH_INFO} $shown{REQUEST_URI}", "'$mount' '$slashes->[1]' '$mount/a%2Fb'",
            "$mount, AllowEncodedSlashes $slashes->[0]";
    }
}
is GET_RC('/wsgi-mount/a%2Fb'), 404, 'without AllowEncodedSlashes httpd answers itself';

my %refused = (
    'PyHookWSGIAlias x m:a'     => qr/PyHookWSGIAlias: 'x' is no URL path/,
    'PyHookWSGIAlias /x m'      => qr/PyHookWSGIAlias: 'm' is no application/,
    'PyHookWSGI 1:2'            => qr/PyHookWSGI: '1:2' is no application/,
    'PyHookWSGIBuffer 10X'      => qr/PyHookWSGIBuffer: '10X' is no size/,
    'PyHookWSGIBuffer 99999999999G' => qr/PyHookWSGIBuffer: '99999999999G' is no size/,
);
like +(config_test($_))[1], $refused{$_}, "refused: $_" for sort keys %refused;
