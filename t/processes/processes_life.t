# The life of worker processes: crashes, restarts, time-outs, full queues, and the ends of everything. PYHOOK_LONG=1
# restarts 200 times under load instead of five times.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY GET_RC POST_RC);
use IO::Select;
use IO::Socket::INET;
use PyHook::Load qw(while_loaded);
use PyHook::Server;
use PyHook::Test;

plan skip_all => 'Valgrind would follow into every process' if ($ENV{PYHOOK_UNDER} // '') eq 'memcheck';
plan tests => 47;

my $directory = Apache::Test::vars('t_logs');
my $edited = "$directory/processes_edited.py";

sub edit {
    my ($text) = @_;
    replace_file($edited, <<"PYTHON");
import os

$text
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{VERSION} {os.getpid()}\\n".encode()]
PYTHON
}

edit("VERSION = 'one'\n");
my $groups = <<"CONF";
PyHookProcesses base processes=2 threads=8 setenv=DIE_MARK=$directory/processes_mark path=$directory
PyHookProcesses small threads=1 queue=0
PyHookProcesses waits threads=1 queue=5 queue-timeout=1s retry-after=7
PyHookProcesses hurries request-timeout=1s
PyHookProcesses few requests=20 threads=2
PyHookWSGIAlias /die processes_apps:die
PyHookWSGIAlias /small processes_apps:hello
PyHookWSGIAlias /slow/small processes_apps:steps
PyHookWSGIAlias /waits processes_apps:hello
PyHookWSGIAlias /slow/waits processes_apps:steps
PyHookWSGIAlias /hurries processes_apps:hello
PyHookWSGIAlias /slow/hurries processes_apps:slow
PyHookWSGIAlias /stuck processes_apps:steps
PyHookWSGIAlias /few processes_apps:hello
PyHookWSGIAlias /who processes_apps:who
PyHookWSGIAlias /upload processes_apps:echo
PyHookWSGIAlias / processes_edited:application
Alias /server-status none
PyHookRunIn base
<LocationMatch "^(/slow)?/small">
    PyHookRunIn small
</LocationMatch>
<LocationMatch "^(/slow)?/waits">
    PyHookRunIn waits
</LocationMatch>
<LocationMatch "^(/slow)?/hurries">
    PyHookRunIn hurries
</LocationMatch>
<Location /few>
    PyHookRunIn few
</Location>
CONF
my $server = PyHook::Server->new(conf => $groups, children => 6)->start;

sub answer { GET_BODY $server->url($_[0] // '/') }
sub status { GET_RC $server->url($_[0]) }
sub pid_of { answer() =~ /(\d+)$/ && $1 }

sub workers_of { $server->worker_pids($_[0]) }
sub workers_now { grep { $_ } $server->worker_pids('[a-z]+') }

# The parent of a process; 0 if it has ended.
sub parent_of {
    my ($pid) = @_;
    open my $file, '<', "/proc/$pid/stat" or return 0;
    return (<$file> // '') =~ /\) [^Z] (\d+) / ? $1 : 0;
}
sub is_alive { parent_of($_[0]) != 0 }

like answer(), qr/^one \d+\n$/, 'an application answers';

# A process that ends.
my $pid = pid_of();
kill KILL => $pid;
like $server->log_when(qr/PYHOOK0080: process base.*pid $pid/), qr/PYHOOK0080: process base\/\d \(pid $pid\) was ended by signal 9 \(SIGKILL\) after \d+ s/, 'its end is logged';
is scalar(grep { status('/') != 200 } 1 .. 20), 0, 'others answer meanwhile';
ok +(until_true { 2 == workers_of('base') }), 'another process takes its place';

is status('/die?segv'), 502, 'a request whose process crashed again and again';
like $server->log_when(qr/SIGSEGV.*\n.*Segmentation fault(?:.*\n)*?.*processes_apps\.py/), qr/signal 11 \(SIGSEGV\) after \d+ s\n.*\| Fatal Python error: Segmentation fault(?:.*\n)*?.*\| .*processes_apps.py/, 'with the stack of the crash';
like $server->log_when(qr/PYHOOK0084/), qr/PYHOOK0084: wsgi processes_apps:die in processes 'base' lost its process before the answer was complete: GET \/die/, 'and the request';
is answer('/die?once'), 'second', 'a request that may be repeated is, by another process';
is POST_RC($server->url('/die?read'), content => 'x'), 502, 'one that has been read is not';
my ($late) = curl('-s', $server->url('/die?late'));
isnt $late, 0, 'an answer that had begun is broken off';
is status('/'), 200, 'and the server goes on';

# A graceful restart: new code, nothing lost.
ok +(until_true { 2 == workers_of('base') }), 'all processes are there again';
my $supervisor = $server->supervisor_pid;
edit("VERSION = 'two'\n");
my $seen = while_loaded($server, sub {
    my ($answers) = @_;
    for (1 .. ($ENV{PYHOOK_LONG} ? 200 : 5)) {
        my ($had, @before) = ($answers->(), workers_of('base'));
        kill USR1 => $server->parent_pid;
        until_true { !grep { is_alive($_) } @before };
        until_true { $answers->() > $had + 2 };
    }
});
is_deeply $seen->{failures}, [], 'no request is lost';
cmp_ok $seen->{answers}, '>', 10, 'of many';
like answer(), qr/^two /, 'new processes have the new code';
is +$server->supervisor_pid, $supervisor, 'the supervisor stays';

# Code that cannot be loaded does not replace code that can.
edit("VERSION = 'three'\nraise RuntimeError('broken on purpose')\n");
kill USR1 => $server->parent_pid;
my $broken = $server->log_when(qr/PYHOOK0081: process base.*\n(?:.*\n)*?.*broken on purpose/);
like $broken, qr/before it was ready: (?:.*\n)*?.*\| RuntimeError: broken on purpose(?:.*\n)*?.*\| The process of before goes on/, 'broken code is reported';
like answer(), qr/^two /, 'and the process of before goes on';
edit("VERSION = 'four'\n");
kill USR1 => $server->parent_pid;
ok +(until_true { my @answers = map { answer() } 1 .. 6; 6 == grep { /^four / } @answers }), 'code that was mended is loaded';

# A full queue.
sub begin {
    my ($path) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $!";
    print $socket "GET $path HTTP/1.1\r\nHost: localhost\r\n\r\n";
    $socket->flush;
    my $text = '';
    until_true { IO::Select->new($socket)->can_read(1) && sysread $socket, $text, 65536, length $text; $text =~ /first/ };
    return $socket;
}
my $busy = begin('/slow/small');
my $refused = GET $server->url('/small');
is $refused->code, 503, 'a full queue';
is $refused->header('Retry-After'), 5, 'says when to come again';
is scalar(grep { status('/small') == 503 } 1 .. 50), 50, 'everybody is refused';
my @entries = $server->error_log =~ /PYHOOK0083: wsgi processes_apps:hello is not called: all processes 'small' are busy or away, and the queue is full/g;
cmp_ok scalar(@entries), '<', 50, 'but not everybody is logged';
close $busy;
my $waited = begin('/slow/waits');
my $late_one = GET $server->url('/waits');
is $late_one->code, 503, 'a request that waited too long';
is $late_one->header('Retry-After'), 7, 'has the Retry-After of its processes';
like $server->error_log, qr/PYHOOK0083: wsgi processes_apps:hello is not called: for queue-timeout no process of 'waits' became free/, 'and is logged';
close $waited;

# A request that takes too long; others go on.
is status('/slow/hurries'), 504, 'request-timeout';
my $timed_out = $server->log_when(qr/ran longer than request-timeout/);
like $timed_out, qr/PYHOOK0085: GET \/slow\/hurries has run for \d+ s in process \d+ of 'hurries': it is interrupted\n(?:.*\n)*?.*processes_apps.py", line \d+, in slow/, 'the log has the stack';
like $timed_out, qr/PYHOOK0085: wsgi processes_apps:slow ran longer than request-timeout/, 'and the request';
is answer('/hurries'), 'Hello World!', 'the process goes on';

# What /server-status shows.
my $auto = answer('/server-status?auto');
like $auto, qr/^PyHookProcess\[base\/1\]: pid=\d+ state=ready busy=0 sockets=0 requests=\d+ starts=\d+ memory=[1-9]\d*M age=\d+s last-end="/m, 'a line for each process';
like $auto, qr/^PyHookProcess\[base\/\d\]: .* last-end="exit status 3"$/m, 'with the reason why the last one ended';
like $auto, qr/^PyHookProcess\[small\]Waiting: 0$/m, 'and the requests that wait';
like answer('/server-status'), qr/<tr><td>base\/2<\/td><td>\d+<\/td><td>ready<\/td>/, 'and a table for people';

# Recycling.
my %few = map { (GET $server->url('/few'))->header('X-Pid') => 1 } 1 .. 20;
my $fails = 0;
ok +(until_true { my $one = GET $server->url('/few'); $fails++ if $one->code != 200; !$few{ $one->header('X-Pid') // '' } }), 'requests= replaces a process';
is $fails, 0, 'and no request fails';
like $server->log_when(qr/process few\/1 .* is replaced/), qr/\[pyhook:info\] \[pid \d+\] process few\/1 \(pid \d+\) is replaced: it has served \d+ requests/, 'with the reason';

# A line that is gone takes its processes along.
my ($gone) = workers_of('waits');
ok $gone, 'a process of a line';
my $without = $groups =~ s/^PyHookProcesses waits.*\n//mr =~ s/<LocationMatch "\^\(\/slow\)\?\/waits">\n.*\n.*\n//r;
$server->with_conf($without);
kill USR1 => $server->parent_pid;
ok +(until_true { !is_alive($gone) }), 'ends when the line has gone';

# The supervisor is killed.
my @workers = workers_now();
kill KILL => $server->supervisor_pid;
ok +(until_true { !grep { is_alive($_) } @workers }), 'without their supervisor all processes end';
ok +(until_true { status('/') == 200 }), 'and new ones are started';

# httpd is killed.
@workers = ($server->supervisor_pid, workers_now());
my @children = $server->child_pids;
my $parent = $server->parent_pid;
kill KILL => $parent;
ok +(until_true { !grep { is_alive($_) } @workers }), 'when httpd is killed, nothing stays';
kill KILL => @children;
waitpid $parent, 0;
delete $server->{pid};

# httpd is stopped.
my $stopped = PyHook::Server->new(conf => $groups, children => 1)->start;
$server = $stopped;
ok +(until_true { status('/') == 200 }), 'a new server';
@workers = ($server->supervisor_pid, workers_now());
$server->stop;
ok +(until_true { !grep { is_alive($_) } @workers }), 'a stop leaves nothing';

# A child that writes nonsense into the memory of all does not harm the parent, which may be root.
$server = PyHook::Server->new(conf => <<"CONF", children => 1)->start;
PyHookProcesses base
PyHookWSGIAlias /vandal processes_apps:vandal
PyHookWSGIAlias /hello processes_apps:hello
<Location /hello>
    PyHookRunIn base
</Location>
CONF
ok +(until_true { status('/hello') == 200 }), 'a server with one child';
my ($child) = $server->child_pids;
status('/vandal');
ok +(until_true { !is_alive($child) && status('/hello') == 200 }), 'a child that has written nonsense is replaced';
ok is_alive($server->parent_pid), 'and the parent goes on';
