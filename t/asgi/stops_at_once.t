# A child is told to stop, then to stop at once, while applications wait for something else than their clients: the
# requests are answered without them.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use IO::Socket::INET;
use PyHook::Config qw(mpm);
use PyHook::Server;
use PyHook::Test;
use PyHook::WebSocket;

plan tests => 6, need { 'under prefork the child ends inside the handler of the signal' => sub { mpm() ne 'prefork' } };

my $server = PyHook::Server->new(children => 1, conf => <<'CONF')->start;
PyHookSuspendAfter Off
PyHookASGIAlias /app stops_at_once:waits
CONF

my $request = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $@";
print $request "GET /app HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
ok until_true { $server->error_log =~ /http waits/ }, 'a request waits';
my $socket = PyHook::WebSocket->connect($server->port, '/app');
ok until_true { $server->error_log =~ /websocket waits/ }, 'and a WebSocket';
my ($child) = $server->child_pids;
kill WINCH => $server->parent_pid;
is $socket->closed, '1001 ', 'a graceful stop tells the client of the WebSocket';
close $socket->{socket};
kill TERM => $child;
like answer_from($request, 15), qr{^HTTP/1\.1 503 }, 'one at once that of the request, too';
close $request;
ok until_true { !kill 0 => $child }, 'and the child ends';
$server->stop;
unlike $server->error_log, qr/PYHOOK0012|${\crashed_or_late()}/, '… without giving up anything';
