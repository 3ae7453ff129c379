# After the close frames the client finds the end of the connection at once (RFC 6455, 7.1.1), though the application
# goes on.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use IO::Select;
use PyHook::Config qw(mpm patience);
use PyHook::Conversation qw(@places);
use PyHook::Server;
use PyHook::Test;
use PyHook::WebSocket;

my @ways = qw(waits closes);
plan tests => @places * (3 * @ways + 2), need { 'only the event MPM suspends connections' => sub { mpm() eq 'event' } };

# The server's end of the connection behind its close frame, or what it did instead.
sub end_of {
    my ($socket) = @_;
    return 'is no close frame' if ($socket->read)[0] != 0x88;
    return 'sends more' if $socket->{buffer} ne '';
    return 'stays open' if !IO::Select->new($socket->{socket})->can_read(patience());
    return sysread($socket->{socket}, my $byte, 1) ? 'sends more' : 'ends';
}

for my $at (@places) {
    my ($where, $place) = @$at;
    my $server = PyHook::Server->new(children => 1, conf => "PyHookASGIAlias /app application_stays:app\n$place")->start;
    my @sockets;
    for my $way (@ways) {
        push @sockets, my $socket = PyHook::WebSocket->connect($server->port, "/app/$way");
        is $socket->status, 101, "$where, the application $way: a WebSocket";
        $socket->close_with(1000);
        is end_of($socket), 'ends', '… ends for its client';
        becomes { GET_BODY($server->url('/app/state')) } scalar(@sockets), '… and the application goes on';
    }
    is GET_BODY($server->url('/app/leave')), scalar(@sockets), 'then it leaves';
    $server->stop;
    unlike $server->error_log, qr/exit signal|PYHOOK00/, 'and nothing is wrong';
}
