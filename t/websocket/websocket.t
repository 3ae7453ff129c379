# WebSocket (RFC 6455) in ASGI applications: handshake, messages, limits, and every way to an end.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;
use PyHook::WebSocket;

my $port = Apache::Test::vars('port');
my $place; # of the application
sub open_at { PyHook::WebSocket->connect($port, "$place/$_[0]", @_[1 .. $#_]) }
sub ends { GET_BODY("$place/ends") }

# Each child of prefork knows only its own sockets.
sub heard_of_the_end { my ($query) = @_; return until_true { ends() =~ /talked:$query:Disconnected\b/ } }

my %ends = (
    "\x83" => ['an opcode that is none', 1002],
    "\xc1" => ['a reserved bit', 1002],
    "\x80" => ['nothing to continue', 1002],
);

plan tests => 2 * (70 + keys %ends);

for my $at ('/websocket', '/in-process/websocket') {
    $place = $at;
    my $socket = open_at('echo', 'Sec-WebSocket-Protocol' => 'chat, other');
    is $socket->status, 101, 'a handshake is answered';
    is $socket->header('Sec-WebSocket-Accept'), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=', 'with the value of the RFC\'s example';
    is $socket->header('Upgrade'), 'websocket', 'Upgrade';
    is $socket->header('Sec-WebSocket-Protocol'), 'chat', 'the subprotocol that the application chose';
    is $socket->header('X-One'), '1', 'and its headers';
    is $socket->header('Content-Length'), undef, 'no length';

    for my $size (0, 1, 125, 126, 65535, 65536, 1_000_000) {
        my $message = 'x' x $size;
        $socket->binary($message);
        my ($first, $payload) = $socket->read;
        ok $first == 0x82 && $payload eq $message, "$size bytes come back";
    }
    $socket->text("\xc3\xa9t\xc3\xa9");
    is_deeply [$socket->read], [0x81, "\xc3\xa9t\xc3\xa9"], 'text comes back as text';
    $socket->raw(PyHook::WebSocket::frame(0x01, 'one ') . PyHook::WebSocket::frame(0x89, 'ping') . PyHook::WebSocket::frame(0x80, 'two'));
    is_deeply [$socket->read], [0x8a, 'ping'], 'a ping between fragments is answered';
    is_deeply [$socket->read], [0x81, 'one two'], 'and they are joined';
    for my $byte (split //, PyHook::WebSocket::frame(0x81, 'byte by byte')) { $socket->raw($byte) }
    is_deeply [$socket->read], [0x81, 'byte by byte'], 'a frame may come byte by byte';
    $socket->close_with(4000, 'done');
    is $socket->closed, '4000 ', 'a close frame is answered, and nothing follows';
    ok until_true { ends() =~ /4000:done Disconnected/ }, 'the application hears code and reason';

    for my $first (sort keys %ends) {
        $socket = open_at('echo');
        $socket->raw(PyHook::WebSocket::frame(ord $first, 'x'));
        like $socket->closed, qr/^$ends{$first}[1] \S/, "$ends{$first}[0] ends it";
    }
    $socket = open_at('echo');
    $socket->raw("\x81\x01x");
    like $socket->closed, qr/^1002 /, 'a frame without a mask ends it';
    $socket = open_at('echo');
    $socket->raw(PyHook::WebSocket::frame(0x01, "\xff"));
    like $socket->closed, qr/^1007 /, 'text that is no UTF-8 ends it at once';
    $socket = open_at('echo');
    $socket->raw("\x82\xff" . pack('Q>', 1 << 30) . "\0\0\0\0");
    like $socket->closed, qr/^1009 /, 'a message that is too long ends it before it comes';
    $socket = open_at('echo');
    $socket->text('before');
    close $socket->{socket};
    ok until_true { ends() =~ /1006:/ }, 'a client that is lost is 1006';

    $socket = open_at('scope_of', 'Sec-WebSocket-Protocol' => 'a,b , c');
    is(($socket->read)[1], "scheme=ws path=$place/scope_of root_path=$place subprotocols=['a', 'b', 'c'] state={}", 'the scope');

    my $offer = 'permessage-deflate; client_max_window_bits';
    $socket = open_at('echo', 'Sec-WebSocket-Extensions' => $offer);
    is $socket->header('Sec-WebSocket-Extensions'), 'permessage-deflate; server_no_context_takeover; client_no_context_takeover',
        'compression is agreed on';
    $socket->raw(PyHook::WebSocket::frame(0xc1, "\xf2\x48\xcd\xc9\xc9\x07\x00")); # "Hello" of RFC 7692, 7.2.3.1
    is_deeply [$socket->read], [0x81, 'Hello'], 'a compressed message is understood';
    $socket->text('z' x 10_000);
    my ($first, $payload) = $socket->read;
    ok $first == 0xc1 && length $payload < 200, 'and a long one compressed';

    $socket = open_at('eager');
    $socket->text('hello');
    is_deeply [$socket->read], [0x81, 'hello'], 'an application may wait for messages before it accepts';

    $socket = open_at('impatient');
    is_deeply [$socket->read], [0x81, 'waited'], 'an application gives up to wait for a message';
    $socket->text('hello');
    is_deeply [$socket->read], [0x81, 'hello'], 'and hears the next one';

    $socket = open_at('talks_on?none');
    is_deeply [$socket->read], [0x81, 'tick'], 'an application that only talks';
    $socket->close_with(1000);
    ok heard_of_the_end('none'), 'hears of the end when it sends';
    for my $many (1, 20, 200) {
        $socket = open_at("talks_on?$many");
        $socket->text("unread $_") for 1 .. $many;
        $many == 200 ? close $socket->{socket} : $socket->close_with(1000);
        ok heard_of_the_end($many), "after $many messages that nobody receives, too";
    }

    is open_at('deny')->status, 403, 'an application refuses by closing';
    $socket = open_at('page');
    is $socket->status, 401, 'or by a response of its own';
    is $socket->header('X-Why'), 'stranger', 'with its headers';
    is open_at('guarded')->status, 403, 'who may come is decided before';
    is open_at('bye')->closed, '4001 bye', 'it closes with code and reason';
    $socket = open_at('no_text');
    is_deeply [$socket->read], [0x81, 'refused'], "a $_ is no text" for 'byte', 'surrogate';
    is $socket->closed, '4001 refused', 'nor a reason';
    $socket = open_at('own_words?chat', 'Sec-WebSocket-Protocol' => 'chat');
    is $socket->header('Sec-WebSocket-Extensions'), undef, 'an application agrees on no extension';
    is $socket->header('Sec-WebSocket-Protocol'), 'chat', '… and on a subprotocol';
    is open_at('own_words?chat')->header('Sec-WebSocket-Protocol'), undef, '… that the client offers';
    is open_at('returns')->closed, '1000 ', 'when it returns, the socket closes';
    my $logged = error_log_since { is open_at('raises')->closed, '1011 ', 'when it raises too' } qr/LookupError/;
    like $logged, qr/PYHOOK0005: asgi websocket_app:app raised while it served a WebSocket\n.*LookupError: lost my way/s, 'and the log says why';
    $logged = error_log_since { is open_at('raises_first')->status, 500, 'an exception before it is accepted is a 500' } qr/lost at once/;
    $logged = error_log_since { is open_at('nothing')->status, 500, 'so is no answer' } qr/Misuse/;
    like $logged, qr/returned without having sent 'websocket\.accept' or 'websocket\.close'/, 'which the log names';
    $logged = error_log_since { is open_at('early')->status, 500, 'and a message before it' } qr/Misuse/;

    $logged = error_log_since { is open_at('strange_subprotocol', 'Sec-WebSocket-Protocol' => 'chat')->status, 500, 'so is a strange subprotocol' }
        qr/ValueError/;
    like $logged, qr/the client does not offer the subprotocol 'chat\\+r\\+nX-Forged: yes'/, 'which the log names';
    $socket = open_at('with_length');
    is $socket->header('Content-Length'), undef, 'an accepted WebSocket never has a length';
    is $socket->closed, '1000 ', 'and its end is a frame';
    $logged = error_log_since {
        my $answer = raw_request(join "\r\n", "GET $place/flushed HTTP/1.1", 'Host: localhost', 'Upgrade: websocket',
            'Connection: upgrade, close', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', '');
        unlike $answer, qr/HTTP.*HTTP/s, 'a WebSocket is not accepted behind the head of a response';
    } qr/a response has begun/;
    like $logged, qr/a response has begun: the WebSocket can't be accepted any more/, 'which the log says';
    $logged = error_log_since { $socket = open_at('begun'); $socket->_fill until $socket->{ended} } qr/PYHOOK0005/;
    unlike $socket->answer . $socket->{buffer}, qr/101|Accept/, 'nor behind a byte of its body';
    like $logged, qr/a response has begun: the WebSocket can't/, 'which the log says';
    $logged = error_log_since { is open_at('denied_first')->status, 500, 'after the head of a denial it is not accepted' } qr/Misuse/;
    $logged = error_log_since { is open_at('denied_half')->status, 401, 'nor after half a denial' } qr/Misuse/;

    is open_at('echo', 'Sec-WebSocket-Version' => 8)->header('Sec-WebSocket-Version'), 13, 'another version is told ours';
    is open_at('echo', 'Sec-WebSocket-Key' => 'short')->status, 400, 'a bad key is refused';
    is open_at('ends', Upgrade => undef, Connection => 'close')->status, 200, 'without an upgrade it is HTTP';

    $socket = open_at('flood');
    my $sizes = 0;
    while (my ($kind, $data) = $socket->read) { $sizes += length $data if $kind == 0x82 }
    is $sizes, 10_000_000, 'what an application sends without a pause arrives';

    $socket = open_at('together');
    is scalar(grep { length(($socket->read)[1] // '') == 1_000_000 } 1 .. 4), 4, 'tasks that send to a slow client all go on';
    $socket->text($_) for 'one', 'two';
    is $socket->message, 'one two', 'tasks that receive each get a message';
    is $socket->closed, '1000 ', 'and the application ends';
}
