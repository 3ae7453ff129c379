# An application that ends while something of it still waits for the client: the object that it waited with belongs to
# Python, and is freed where Python may be used.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Server;
use PyHook::Test;
use PyHook::WebSocket;

my @ways = qw(given_up still_waits raises_meanwhile);
plan tests => @ways + 1;

my $server = PyHook::Server->new(children => 1, conf => 'PyHookASGIAlias /left left_waiting:app')->start;

# The code of the close frame, which is answered, so that the connection ends at once.
sub end_of {
    my ($way) = @_;
    my $socket = PyHook::WebSocket->connect($server->port, "/left/$way");
    my ($kind, $payload) = $socket->read or return 'lost';
    $socket->close_with(1000);
    $socket->read;
    return unpack 'n', $payload;
}

for my $way (@ways) {
    my @ends = map { end_of($way) } 1 .. 5;
    is_deeply \@ends, [($way eq 'raises_meanwhile' ? 1011 : 1000) x 5], "$way: each socket is closed";
}
$server->stop;
unlike $server->error_log, qr/exit signal|Fatal Python/, 'no child ended by it';
