# A worker process as an ASGI validator sees it: its scopes and events.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use IO::Socket::INET;
use PyHook::Server;
use PyHook::Test;

my @requests = (
    ['scope?a=%C3%A9&b', qr/^http_version='1\.1'$/m],
    ['%C3%A9/%73cope', qr/^method='GET'$/m],
    ['headers', qr/^b'host' /m, 'X-Two' => "b\xe9"],
    ['stream', qr/^piece 0\npiece 1\npiece 2\n$/],
    ['tasks', qr/^http\.request$/],
    ['refused', qr/^refused$/],
    ['file', qr/ASGI applications/],
    ['background', qr/^answered$/],
    ['tls', qr/client_cert_chain/],
);
plan skip_all => 'Valgrind would follow into every process' if ($ENV{PYHOOK_UNDER} // '') eq 'memcheck';
plan tests => @requests + 6;

my $server = PyHook::Server->new(children => 6, conf => <<'CONF')->start;
PyHookProcesses validated
PyHookASGIAlias /validated validated_apps:http
<Location /validated>
    PyHookRunIn validated
</Location>
CONF

sub url { $server->url("/validated/$_[0]") }

for (@requests) {
    my ($path, $pattern, @headers) = @$_;
    like GET(url($path), @headers)->content, $pattern, $path;
}
is POST(url('echo'), content => 'x' x 300_000)->content, 'x' x 300_000, 'a long body';
is HEAD(url('refused'))->header('Content-Length'), 7, 'HEAD';

my $waits = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $@";
print $waits "GET /validated/waits HTTP/1.1\r\nHost: localhost\r\n\r\n";
close $waits;
ok until_true { GET_BODY(url('what_was_heard')) =~ /gone:http\.disconnect Disconnected/ }, 'a client goes';
unlike $server->error_log, qr/ASGIViolation|ASGIWarning/, 'no rule is broken';

is GET(url('text_body'))->code, 500, 'the application breaks one';
ok until_true { $server->error_log =~ /ASGIViolation: the application sent .*with 'body': 'text' of type str/ }, 'and the log names it';
