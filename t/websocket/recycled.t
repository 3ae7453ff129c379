# Children that leave after a number of connections (MaxConnectionsPerChild) while others open: each WebSocket is closed
# with 1001, and no client finds a bare end.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use IO::Select;
use PyHook::Config qw(mpm);
use PyHook::Server;
use PyHook::Test;
use PyHook::WebSocket;

plan tests => 8, need { 'a prefork child serves one connection' => sub { mpm() ne 'prefork' } };

my $many   = 60;
my (%open, @ends, @refused);

# Answers what the server has said until now, as a browser does.
sub answer_all {
    my ($wait) = @_;
    for my $handle (IO::Select->new(map { $_->{socket} } values %open)->can_read($wait)) {
        my $socket = $open{$handle};
        my ($first, $payload) = $socket->read;
        if (!defined $first)     { push @ends, 'a bare end' }
        elsif ($first == 0x88)   { push @ends, unpack 'n', $payload; $socket->close_with(1001) }
        else                     { $socket->raw(PyHook::WebSocket::frame(0x8a, $payload)) if $first == 0x89; next }
        delete $open{$handle};
    }
}

for my $place ('', "PyHookProcesses apart\nPyHookRunIn apart") { # in the child, and in a process
    (%open, @ends, @refused) = ();
    my $server = PyHook::Server->new(conf => <<"CONF")->start;
StartServers 2
ServerLimit 40
ThreadsPerChild 4
MinSpareThreads 1
MaxSpareThreads 160
MaxRequestWorkers 160
AsyncRequestWorkerFactor 100
MaxConnectionsPerChild 5
PyHookASGIAlias /app suspended:app
$place
CONF
    for (1 .. $many) {
        my $socket = PyHook::WebSocket->connect($server->port, '/app/socket');
        if (($socket->status // 0) == 101) { $open{ $socket->{socket} } = $socket }
        else                               { push @refused, $socket->answer }
        answer_all(0);
    }
    is "@refused", '', "$many WebSockets open";
    until_true { answer_all(0.2); @ends >= 5 };
    my $left = @ends;
    cmp_ok $left, '>=', 5, 'meanwhile children leave';
    $server->graceful; # for those whose child has not had enough connections
    until_true { answer_all(0.2); !%open };
    is_deeply [grep { $_ ne '1001' } @ends, values %open], [], 'each is closed with 1001';
    $server->stop;
    unlike $server->error_log, qr/${\crashed_or_late()}/, 'nothing crashes or hangs';
}
