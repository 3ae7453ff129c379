# The MPM writes to a connection's record after it has told that it lets go. However long that takes, the record is there.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Config qw(mpm top);
use PyHook::Test;
use PyHook::WebSocket;

plan tests => 4, need { 'only the event MPM suspends connections' => sub { mpm() eq 'event' } };

my $place = Apache::Test::vars('t_logs');
chomp(my ($httpd, $apr) = map { scalar `apxs -q $_` } qw(INCLUDEDIR APR_INCLUDEDIR));
system(qw(cc -shared -fPIC -D_GNU_SOURCE -DLINUX), "-I$httpd", "-I$apr", '-o', "$place/let_go.so", top() . '/t/websocket/let_go.c') == 0
    or die "cc: $?";

my $server = PyHook::Server->new(children => 1, conf => <<"CONF")->start;
LoadModule let_go_module $place/let_go.so
PyHookASGIAlias /app suspended:app
CONF
my $socket = PyHook::WebSocket->connect($server->port, '/app/socket');
is $socket->status, 101, 'a WebSocket opens';
close $socket->{socket};
ok until_true { $server->error_log =~ /the connection (?:is|has)/ }, 'while its client goes the MPM lets go';
like $server->error_log, qr/the connection is there/, 'the connection ends no earlier';
$socket = PyHook::WebSocket->connect($server->port, '/app/socket');
$socket->text('hello');
is $socket->message, 'hello', 'then it is served';
