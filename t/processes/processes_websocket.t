# WebSockets of ASGI applications in worker processes: slow sides, restarts, ends, and processes that say what none should.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use PyHook::Config qw(mpm);
use PyHook::Server;
use PyHook::Test;
use PyHook::WebSocket;

my @forged = qw(rubbish long type head data fail again accept empty marks utf8 half other much took counted code short reason metric);
my $many   = 20;

plan skip_all => 'Valgrind would follow into every process' if ($ENV{PYHOOK_UNDER} // '') eq 'memcheck';
plan tests => 32 + 2 * @forged;

# No child runs Python.
my $mark = Apache::Test::vars('t_logs') . '/processes_websocket_open';
unlink $mark;
my $server = PyHook::Server->new(children => $many + 9, conf => <<"CONF")->start;
PyHookProcesses one threads=2 graceful-timeout=5s setenv=HOARD_MARK=$mark
<Location /health>
    SetHandler pyhook-health
</Location>
PyHookProcesses two processes=2
PyHookASGIAlias /one processes_websocket:app
PyHookASGIAlias /two processes_websocket:app
<Location /one>
    PyHookRunIn one
</Location>
<Location /two>
    PyHookRunIn two
</Location>
CONF

sub body   { GET_BODY $server->url("/one/$_[0]") }
sub open_at { PyHook::WebSocket->connect($server->port, "/one/$_[0]") }

sub entries { my ($pattern) = @_; my $count = () = $server->error_log =~ /$pattern/g; return $count }

# Echoes, and says that it is still there.
sub lives { my ($socket, $text) = @_; $socket->text($text); return ($socket->message // '') eq $text }

my $pid = body('pid');
my @sockets = map { open_at('echo') } 1 .. $many;
is scalar(grep { ($_->status // 0) == 101 } @sockets), $many, "$many sockets in a process of two threads";
is scalar(grep { lives($sockets[$_], "echo $_") } 0 .. $#sockets), $many, 'echo';
is body('pid'), $pid, 'while the process answers requests';
my $shown = qr/^PyHookProcess\[one\/1\]: .* busy=0 sockets=$many /m;
like body_when($server->url('/server-status?auto'), $shown), $shown, 'and /server-status counts them';

my $counted = qr/"requests": $many\}/;
like body_when($server->url('/health'), $counted), $counted, 'and so does the answer for load balancers';
my @shared = map { PyHook::WebSocket->connect($server->port, '/two/echo') } 1 .. 4;
becomes { join ' ', GET_BODY($server->url('/server-status?auto')) =~ /^PyHookProcess\[two\/\d\]: .* sockets=(\d+) /mg } '2 2',
    'processes share the sockets';
$_->close_with(1000) for @shared;

# Sides that are slow.
my $slow = open_at('flood');
my $said = -1;
until_true { my $before = $said; select undef, undef, undef, 0.3; $said = body('said'); $said == $before };
cmp_ok $said, '<', 100, 'a client that takes nothing is not sent all';
ok lives($sockets[0], 'still here'), 'and holds up no other';
my $size = 0;
while (my ($kind, $data) = $slow->read) { $size += length $data if $kind == 0x82 }
is $size, 40_000_000, 'and gets all of it when it takes it';
my $hoard = open_at('hoard');
$hoard->{socket}->blocking(0);
my $frame = PyHook::WebSocket::frame(0x82, 'x' x 1_000_000);
my ($sent, $left) = (0, '');
until_true {
    $left = $frame if $left eq '';
    my $some = syswrite($hoard->{socket}, $left) // 0;
    substr($left, 0, $some) = '';
    $sent += $some;
    return $some == 0 && !IO::Select->new($hoard->{socket})->can_write(1);
};
cmp_ok $sent, '<', 30_000_000, 'an application that takes nothing is not sent all';
ok lives($sockets[1], 'still here'), 'and holds up no other';
replace_file($mark, '');
$hoard->{socket}->blocking(1);
$hoard->raw($left);
$hoard->raw($frame) for 1 + ($sent + length $left) / length $frame .. 40;
is $hoard->message, 'all', 'and gets all of it when it takes it';
close $hoard->{socket};
my $long = open_at('long');
is $long->message, 'a message has 16777217 bytes: in a process at most 16777216 can be sent', 'a message that is too long raises';
is length($long->message), 16 * 1024 * 1024, 'the longest comes';
is $long->closed, '1000 ', 'and the end';

# A process that says what none should harms only that socket.
for my $kind (@forged) {
    my $before = entries(qr/PYHOOK0084: asgi processes_websocket:app/);
    my $socket = open_at("forged?$kind");
    is $socket->closed, '1011 ', "$kind: the socket closes";
    becomes { entries(qr/PYHOOK0084: asgi processes_websocket:app/) } $before + 1, 'with one entry';
}
ok until_true { body('ends') =~ /forged:1006/ }, 'the application hears the end';
is scalar(grep { lives($_, 'after') } @sockets), $many, 'the other sockets have not noticed';
is body('pid'), $pid, 'nor has the process';

# A process that is replaced closes its sockets, and has its time to end.
my $lasting = open_at('lasts');
kill USR1 => $server->parent_pid;
is scalar(grep { $_->closed eq '1001 ' } @sockets), $many, 'a graceful restart closes them with 1001';
is $lasting->closed, '1001 ', 'and one whose application goes on';
like $server->log_when(qr/$pid goes on/), qr/\[pyhook:notice\] .*\[(?:client|remote) [^\]]*\] $pid goes on/, 'for a while, with its request in the log';
ok +(until_true { body('pid') ne $pid }), 'another process serves';
ok +(until_true { entries(qr/$pid hears 1001/) == $many }), 'each application has heard of it';

# A process that dies.
$pid = body('pid');
@sockets = map { open_at('echo') } 1 .. 3;
ok lives($_, 'before'), 'a socket' for @sockets;
my $before = entries(qr/PYHOOK0084/);
kill KILL => $pid;
is scalar(grep { $_->closed eq '1011 ' } @sockets), 3, 'a process that is killed closes them with 1011';
becomes { entries(qr/PYHOOK0084: asgi processes_websocket:app in processes 'one' lost its process before its WebSocket was closed: \/one\/echo/) } 3, 'with an entry for each';
ok +(until_true { (body('pid') || $pid) ne $pid }), 'and is replaced';

# The server stops.
my $last = open_at('echo');
ok lives($last, 'last'), 'a socket';
kill TERM => $server->parent_pid;
is $last->closed, mpm() eq 'prefork' ? 'lost' : '1001 ', 'closes when the server stops'; # a prefork child ends at once
$server->stop;
unlike $server->error_log, qr/${\crashed_or_late()}|Task was destroyed|never awaited|Traceback/, 'nothing crashes or hangs';
