# Other programs than Python's own worker: PyHookProcesses NAME command="…", reached by mod_proxy.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY GET_RC);
use IO::Socket::UNIX;
use JSON::PP qw(decode_json);
use PyHook::Config qw(top);
use PyHook::Load qw(while_loaded);
use PyHook::Server;
use PyHook::Test qw(:DEFAULT write_file);

plan skip_all => 'Valgrind would follow into every program' if ($ENV{PYHOOK_UNDER} // '') eq 'memcheck';
plan tests => 40;

my $program = top() . '/t/processes/program.py';
my $server = PyHook::Server->new(children => 2);
my $root = $server->{root};
my $broken = "$root/broken";
my $socket = "$root/pyhook-greets.sock";
my $conf = <<"CONF";
PyHookProcesses greets command="/usr/bin/python3 -B $program $broken 'two words' \\"\\"" ready-after=1 \\
    umask=0077 directory=/usr nice=1 files=200 "setenv=GREETING=Hello World" graceful-timeout=10s
PyHookProcesses many processes=2 socket=@{[$root]}/many command="python3 -B $program $broken" ready-after=1 home=/usr
ProxyPass /many unix:$root/many|http://many
Alias /server-status none
ProxyPass /server-status !
ProxyPass / unix:pyhook-greets.sock|http://greets/
CONF
$server->with_conf($conf)->start;

sub body { GET_BODY $server->url($_[0]) }
sub is_alive { -e "/proc/$_[0]" && do { open my $f, '<', "/proc/$_[0]/stat"; (<$f> // '') !~ /\) Z / } }

like body('/hello'), qr/^\d+$/, 'a program answers';
my $about = decode_json(body('/about'));
is_deeply $about->{words}, ['two words', ''], 'has the words of its command';
ok $about->{is_told}, 'the socket is for this process';
is "@{$about->{environ}}{qw(LISTEN_FDS LISTEN_FDNAMES)}", '1 greets', 'as systemd tells';
is $about->{environ}{GREETING}, 'Hello World', 'setenv=, with a space';
is_deeply [grep { $_ < 4 } @{ $about->{files} }], [0 .. 3], 'it has the socket and no other descriptor';
cmp_ok scalar(@{ $about->{files} }), '<', 8, 'of anybody else';
is "$about->{umask} $about->{directory}", '0o77 /usr', 'umask= and directory=';
isnt $about->{name}, $socket, 'what the program takes for the name of its socket is none that it could remove';
my $many = decode_json(body('/many/about'));
like $many->{environ}{PATH}, qr{^/usr/bin:}, 'home= is first on the PATH';
is $many->{environ}{VIRTUAL_ENV}, '/usr', 'and is the virtual environment';

# Who may connect.
my ($mode, $owner) = (stat $socket)[2, 4];
is sprintf('%o', $mode), '140600', 'the socket is for its owner alone';
is $owner, $>, 'who is the user of the server';

# What it prints.
like $server->log_when(qr/greets\/1 \(pid \d+\): \d+ serves$/m), qr/\] \[pyhook:info\] \[pid \d+\] greets\/1 \(pid (\d+)\): \1 serves$/m, 'what it prints is logged';
is body('/print/5000'), 'printed', 'much';
ok +(until_true { body('/print/0'); $server->error_log =~ /greets\/1 \(pid \d+\): [1-9]\d* lines were left out$/m }), 'and what was too much is counted';
my $log = $server->log_when(qr/: x{1000}$/m);
like $log, qr/greets\/1 \(pid \d+\): \[forged\] entry  \[1m$/m, 'an entry cannot be forged';
unlike $log, qr/greets\/1 \(pid \d+\):\s*$/m, 'empty lines are none';
my $lines = () = $log =~ /: line \d+$/mg;
cmp_ok $lines, '<', 2000, 'the log has not all of it';
cmp_ok $lines, '>', 100, 'but much';
like $log, qr/it prints more than 100 lines a second: the others are left out/, 'and says so';

# It is shown.
like body('/server-status?auto'), qr/^PyHookProcess\[greets\/1\]: pid=\d+ state=ready/m, '/server-status has it';

# It ends.
my $pid = body('/hello');
kill KILL => $pid;
my $next = body('/hello');
like $next, qr/^\d+$/, 'what comes while there is none waits';
isnt $next, $pid, 'for the next one';
like $server->error_log, qr/PYHOOK008[01]: process greets\/1 \(pid $pid\) was ended by signal 9/, 'the end is logged';

# It is replaced.
my $seen = while_loaded($server, sub {
    my ($answers) = @_;
    for (1 .. 3) {
        my $before = body('/hello');
        kill USR1 => $server->parent_pid;
        until_true { !is_alive($before) };
        my $had = $answers->();
        until_true { $answers->() > $had + 2 };
    }
});
is_deeply $seen->{failures}, [], 'a graceful restart loses no request';
cmp_ok scalar(keys %{ $seen->{texts} }), '>', 3, 'and replaces the program';
ok +(until_true { ($pid = body('/hello')) && $server->error_log =~ /process greets\/1 \(pid $pid\) is ready/ }), 'which is ready';
write_file($broken, '');
kill USR1 => $server->parent_pid;
like $server->log_when(qr/PYHOOK0081: process greets.*\n.*The process of before goes on/), qr/greets\/1 \(pid \d+\): broken on purpose\n/, 'a program that ends at once says why';
is body('/hello'), $pid, 'and the one of before goes on';
unlink $broken;

# What it has started ends with it.
my $started = body('/start');
ok is_alive($started), 'it starts another program';
kill KILL => $pid;
ok +(until_true { !is_alive($started) }), 'which ends with it';

# Another line takes over the socket.
$server->with_conf($conf =~ s/two words/other words/r);
kill USR1 => $server->parent_pid;
ok +(until_true { body('/about') =~ /other words/ }), 'a line that has changed has new programs at the same socket';

# The supervisor ends.
kill KILL => $server->supervisor_pid;
like $server->log_when(qr/the supervisor has ended/) && body('/hello'), qr/^\d+$/, 'a new supervisor starts it anew';
$server->restart;
like body('/hello'), qr/^\d+$/, 'and so does a restart that is not graceful';

# A line that has gone takes its socket along.
$pid = body('/hello');
$server->with_conf('');
kill USR1 => $server->parent_pid;
ok +(until_true { !is_alive($pid) && !-e $socket }), 'without its line the program ends, and its socket is gone';

# A socket that a crash has left is no obstacle; another file is.
{ IO::Socket::UNIX->new(Local => $socket, Listen => 1) or die "$socket: $!" }
ok -S $socket, 'a socket that was left';
$server->with_conf($conf)->graceful;
ok +(until_true { body('/hello') =~ /^\d+$/ }), 'is replaced';
$server->stop;
ok !-e $socket, 'a stop removes it';
write_file($socket, 'precious');
$server->{pid} = undef;
my $failed = fork // die "fork: $!";
if (!$failed) {
    open STDOUT, '>>', "$root/error_log";
    open STDERR, '>&', \*STDOUT;
    exec $server->command('-DFOREGROUND') or POSIX::_exit(127);
}
waitpid $failed, 0;
like $server->error_log, qr/PYHOOK0081: PyHookProcesses: \Q$socket\E is there, and is no socket: remove it, or name another socket=/, 'another file is left alone';
