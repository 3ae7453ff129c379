# Graceful restarts while event streams run and WebSockets are open: each stream ends complete, each socket is closed with
# 1001, the applications shut down, and no request is lost.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Config qw(mpm);
use PyHook::Load qw(while_loaded);
use PyHook::Stream qw(open_stream);
use PyHook::Test;
use PyHook::WebSocket;

my $restarts     = $ENV{PYHOOK_LONG} ? 50 : 3;
my @stream_paths = ('/events', '/asgi/events') x 3;
my @socket_paths = ('/socket', '/sockets') x 3;
plan tests => 7, need { 'streams and sockets would keep all children of prefork' => sub { mpm() ne 'prefork' } };

my $server = PyHook::Server->new(children => 2, conf => <<'CONF')->start;
PyHookASGIAlias /asgi asgi_apps:app
PyHookHandler graceful:page
<Location /events>
    PyHookHandler graceful:events
</Location>
<Location /socket>
    PyHookWebSocket graceful:echo
</Location>
PyHookASGIAlias /sockets graceful:sockets
CONF

# `spoke`: sockets that answered; `left`: those that were closed with 1001.
my %count = map { $_ => 0 } qw(began ended spoke left);

sub echoes {
    my ($socket) = @_;
    $socket->text('hello');
    return ($socket->message // '') eq 'hello';
}

my $seen = while_loaded($server, sub {
    for (1 .. $restarts) {
        my @streams = map { open_stream($server, $_) } @stream_paths;
        my @sockets = map { PyHook::WebSocket->connect($server->port, $_) } @socket_paths;
        $count{began} += grep { $_->next_event =~ /^data: / } @streams;
        $count{spoke} += grep { echoes($_) } @sockets;
        $server->graceful;
        $count{left}  += grep { $_->closed eq '1001 ' } @sockets;
        $count{ended} += grep { $_->ends } @streams;
    }
});
is $count{began}, $restarts * @stream_paths, 'streams begin';
is $count{ended}, $restarts * @stream_paths, '… and end whole at each restart';
is $count{spoke}, $restarts * @socket_paths, 'WebSockets answer';
is $count{left}, $restarts * @socket_paths, '… and are closed with 1001 at each restart';
is "@{ $seen->{failures} }", '', 'no other request is lost';
$server->stop;
my $log = $server->error_log;
cmp_ok scalar(() = $log =~ /the application has shut down/g), '>=', $restarts, 'applications shut down';
unlike $log, qr/${\crashed_or_late()}|Task was destroyed|never awaited/, 'nothing crashes or hangs';
