# Coroutines that serve WebSockets (PyHookWebSocket): before the handshake, in the conversation, and after its end.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Config qw(mpm);
use PyHook::Test;
use PyHook::WebSocket;

my $port = Apache::Test::vars('port');
sub open_at { PyHook::WebSocket->connect($port, "/ws$_[0]", @_[1 .. $#_]) }
sub heard { my ($pattern) = @_; return until_true { GET_BODY('/ws/ends') =~ $pattern } }

plan tests => 47;

my $socket = open_at('', 'Sec-WebSocket-Protocol' => 'chat, other');
is $socket->status, 101, 'a handshake is answered';
is $socket->header('Sec-WebSocket-Protocol'), 'chat', 'with the subprotocol that the handler chose';
$socket->text('hello');
is_deeply [$socket->read], [0x81, 'hello'], 'text comes back';
$socket->binary("\0\1");
is_deeply [$socket->read], [0x82, "\0\1"], 'and bytes';
$socket->close_with(4000, 'done');
is $socket->closed, '4000 ', 'a close frame is answered, and nothing follows';
ok heard(qr/echo:4000:done/), 'the handler hears code and reason';
$socket = open_at('');
close $socket->{socket};
ok heard(qr/echo:1006:/), 'a client that is lost is 1006';

$socket = open_at('/who/below?a=b');
is $socket->header('X-One'), '1', 'a header of the request\'s response goes with the handshake';
my ($request, $before, $after, $later) = split /\|/, $socket->message;
is $request, '/ws/who/below a=b fixed up handler /below', 'the handler sees its request, after all other phases';
is $before, 'False False None', 'not accepted';
is $after, 'True False', 'accepted';
like $later, qr/^the WebSocket is accepted: take what you need of its request before/, 'then the request can\'t be used';
is $socket->closed, '1000 ', 'a handler that returns closes';

is open_at('/guarded')->status, 403, 'who may come is decided before';
is open_at('/origin', Origin => 'http://elsewhere.example')->status, 403, 'a handler refuses';
is open_at('/origin', Origin => 'http://localhost')->message, 'welcome', 'or welcomes';
is open_at('', 'Sec-WebSocket-Version' => 8)->header('Sec-WebSocket-Version'), 13, 'another version is told ours';
is open_at('', 'Sec-WebSocket-Key' => 'short')->status, 400, 'a bad key is refused';

my $response = GET '/ws';
is $response->code, 426, 'another request is told what to ask for';
is $response->header('Upgrade'), 'websocket', '… by the header that the status wants';
is GET_BODY('/ws/page'), 'a page', '… unless there is another handler';
is open_at('/page')->status, 101, '… beside which WebSockets are served';
is open_at('/none')->status, 200, 'none leaves them to it';

my @said = split /\n/, open_at('/misused')->message;
is_deeply [map { /^(\w+):/ } @said], [('RuntimeError') x 3, 'ValueError', 'RuntimeError', 'TypeError', 'ValueError', 'ValueError'],
    'each mistake raises' or diag "@said";
like $said[0], qr/await accept\(\) first/, '… and says what to do';
like $said[3], qr/does not offer the subprotocol 'unoffered'/, '… and what is wrong';

is open_at('/results?status')->status, 401, 'a handler may return the status of a refusal';
for my $what (qw(none true ok text)) {
    my $logged = error_log_since { is open_at("/results?$what")->status, 500, "$what: no answer is a 500" } qr/PYHOOK0005/;
    like $logged, qr/PYHOOK0005: websocket websocket_handler:results raised.*without having accepted/s, '… which the log explains';
}
my $logged = error_log_since { is open_at('/plain')->status, 500, 'so is a handler that is no coroutine' } qr/TypeError/;
like $logged, qr/write async def/, '… which the log explains';
$logged = error_log_since { is open_at('/missing')->status, 500, 'and one that does not exist' } qr/PYHOOK0004/;
is open_at('/raises?early')->status, 500, 'an exception before it is accepted is a 500';
$logged = error_log_since { is open_at('/raises')->closed, '1011 ', 'one after that is 1011' } qr/LookupError/;
like $logged, qr/PYHOOK0005: websocket websocket_handler:\w+ raised while it served a WebSocket\n.*LookupError: lost my way/s, '… which the log explains';
is open_at('/closes')->closed, '4001 bye', 'it closes with code and reason, once';
ok heard(qr/closes:1005/), '… after which it can\'t send';
$socket = open_at('/after_end');
$socket->close_with(4002, 'over');
ok heard(qr/after:4002:over/), 'receive() raises at the end, with code and reason';
my $counts = join ' ', map { open_at('/object')->message } 1 .. 2;
like $counts, mpm() eq 'prefork' ? qr/^1 [12]$/ : qr/^1 2$/, 'an object may be the handler, one in each child';

my $raw = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die "connect: $@";
print $raw "GET /ws/waits HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    . "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
heard(qr/waits/);
close $raw;
ok heard(qr/gone/), 'a client that goes before the handshake cancels the handler';
GET_BODY('/ws/ends?impatient');
$socket = open_at('/deaf');
close $socket->{socket};
ok heard(qr/deaf/), 'a handler that does not notice the end is cancelled after a while';
