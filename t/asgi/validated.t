# This server as an ASGI validator sees it: its scopes and events, over HTTP/1, HTTP/2 and WebSocket.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use IO::Socket::INET;
use PyHook::Config qw(mpm);
use PyHook::Test;
use PyHook::WebSocket;

my $port = Apache::Test::vars('port');
my $threaded = mpm() ne 'prefork'; # which mod_http2 needs
my $http2    = 'http://127.0.0.1:' . Apache::Test::config()->port('validated_http2');

sub url { "/validated/$_[0]" }

my @requests = (
    ['scope?a=%C3%A9&b', qr/^http_version='1\.1'$/m],
    ['%C3%A9/%73cope', qr/^method='GET'$/m],
    ['headers', qr/^b'host' /m, 'X-Two' => "b\xe9"],
    ['live_request', qr/^seen$/],
    ['stream', qr/^piece 0\npiece 1\npiece 2\n$/],
    ['tasks', qr/^http\.request$/],
    ['refused', qr/^refused$/],
    ['file', qr/ASGI applications/],
    ['background', qr/^answered$/],
    ['tls', qr/client_cert_chain/],
);
my @misuse = (
    ['text_body', "with 'body': 'text' of type str; HTTP & WebSocket 2.5, 'Response Body - send event'"],
    ['too_long', "14 bytes after 'content-length: 5'; RFC 9110, 8.6"],
    ['split_header', "with 'headers': the header value "],
);

plan tests => @requests * ($threaded ? 2 : 1) + 14 + 2 * @misuse;

my $logged = error_log_since {
    for (@requests) {
        my ($path, $pattern, @headers) = @$_;
        like GET(url($path), @headers)->content, $pattern, $path;
        next unless $threaded;
        my (undef, $answer) = curl('--http2-prior-knowledge', $http2 . url($path), map { $_ ? ('-H', $_) : () } join ': ', @headers);
        $answer =~ s/\A.*?\r?\n\r?\n//s;
        like $answer, $pattern =~ /http_version/ ? qr/^http_version='2'$/m : $pattern, "$path, HTTP/2";
    }
    is POST(url('echo'), content => 'x' x 300_000)->content, 'x' x 300_000, 'a long body';
    is HEAD(url('refused'))->header('Content-Length'), 7, 'HEAD';

    my $waits = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die "connect: $@";
    print $waits "GET /validated/waits HTTP/1.1\r\nHost: localhost\r\n\r\n";
    close $waits;
    ok until_true { GET_BODY(url('what_was_heard')) =~ /gone:http\.disconnect Disconnected/ }, 'a client goes';

    my $socket = PyHook::WebSocket->connect($port, '/validated-websocket/echo', 'Sec-WebSocket-Protocol' => 'chat, other');
    is $socket->header('Sec-WebSocket-Protocol'), 'chat', 'WebSocket: a subprotocol';
    $socket->text("\xc3\xa9");
    is_deeply [$socket->read], [0x81, "\xc3\xa9"], 'text';
    $socket->binary("\xff");
    is_deeply [$socket->read], [0x82, "\xff"], 'bytes';
    $socket->close_with(4000, 'done');
    is $socket->closed, '4000 ', 'the client closes';
    ok until_true { GET_BODY('/validated-websocket/ends') =~ /4000:done Disconnected/ }, 'and the application hears it';
    is(PyHook::WebSocket->connect($port, '/validated-websocket/deny')->status, 403, 'a refusal');
    is(PyHook::WebSocket->connect($port, '/validated-websocket/page')->status, 401, 'a page instead');
    is(PyHook::WebSocket->connect($port, '/validated-websocket/bye')->closed, '4001 bye', 'the application closes');
};
unlike $logged, qr/ASGIViolation/, 'no rule is broken';
like $logged, qr/ASGIWarning: the server gave the extension 'pyhook\.request'.*should be a dict/, 'the live request is discouraged';
unlike $logged, qr/ASGIWarning: (?!the server gave the extension 'pyhook\.request')/, 'and nothing else';

for (@misuse) {
    my ($name, $said) = @$_;
    $logged = error_log_since { is GET(url($name))->code, 500, "$name is an error" } qr/ASGIViolation/;
    like $logged, qr/ASGIViolation: the application sent .*\Q$said\E/, 'and the log names the rule';
}
