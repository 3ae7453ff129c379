# Clients that take little and go while the application waits for them: it hears of it, and their connections end.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;
use PyHook::WebSocket;

plan tests => 2;

my $server = PyHook::Server->new(children => 1, conf => <<'CONF')->start;
PyHookASGIAlias /app suspended:app
CONF
my ($child) = GET_BODY($server->url('/app/state')) =~ /pid=(\d+)/;
sub sockets { return scalar grep { (readlink($_) // '') =~ /^socket:/ } glob "/proc/$child/fd/*" }

my $before = sockets();
for (1 .. 12) {
    my $socket = PyHook::WebSocket->connect($server->port, '/app/flood');
    sysread $socket->{socket}, my $taken, 1000;
    close $socket->{socket};
}
ok until_true { sockets() <= $before }, 'no connection stays' or diag sockets() . " instead of $before";
ok until_true { GET_BODY($server->url('/app/state')) =~ /pid=$child .*\('floods that ended', 12\)/ }, 'and every application ends';
