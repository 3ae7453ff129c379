# A child that is to end, and what can hold it up; and what a handler can raise or do without ending it.
use strict;
use warnings;

use IO::Socket::INET;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY GET_RC);
use PyHook::Config qw(mpm);
use PyHook::Test;

my @ways = qw(SystemExit KeyboardInterrupt GeneratorExit Special RecursionError MemoryError StopIteration);

plan tests => 3 * @ways + 65;

sub parent_threads {
    my ($server) = @_;
    return scalar(() = glob '/proc/' . $server->parent_pid . '/task/*');
}

my $server = PyHook::Server->new(children => 1, conf => <<'CONF')->start;
PyHookHandler leaving:pid
<Location /fail>
    PyHookHandler none leaving:fail
</Location>
<Location /later>
    PyHookHandler none leaving:fail_later
</Location>
<Location /end>
    PyHookHandler none leaving:end_process
</Location>
<Location /threads>
    PyHookHandler none leaving:start_threads
</Location>
CONF
is parent_threads($server), 1, 'the parent has one thread: nothing of Python runs there';
my $child = GET_BODY($server->url('/'));
for my $way (@ways) {
    is GET_RC($server->url("/fail?$way")), 500, "$way is an error";
    GET($server->url("/later?$way"));
    is GET_BODY($server->url('/')), $child, "after $way, in a body too, the same child goes on";
    like $server->error_log, qr/PYHOOK0005: handler leaving:fail raised .*\Q$way\E/s, "$way is in the log";
}

# Threads of the application that are at work when the child is to stop.
is GET_BODY($server->url('/threads')), "started\n", 'threads have been started';
chomp $child;
$server->graceful;
like $server->error_log, qr/$child has been left/, 'the child leaves for a graceful restart, and runs exit functions';
is GET_BODY($server->url('/threads')), "started\n", 'and in the next child';
my ($next) = $server->child_pids;
$server->stop;
like $server->error_log, qr/$next has been left/, 'it leaves for the stop';
unlike $server->error_log, qr/${\ crashed_or_late()}|Fatal Python error/,
    'nobody has been killed, given up or late';

# One process ends, the others go on.
$server = PyHook::Server->new(children => 2, conf => <<'CONF')->start;
PyHookHandler leaving:pid
<Location /end>
    PyHookHandler none leaving:end_process
</Location>
CONF
my @before = $server->child_pids;
raw_request("GET /end HTTP/1.0\r\n\r\n", port => $server->port);
ok until_true(sub { grep({ my $pid = $_; !grep { $_ == $pid } $server->child_pids } @before) == 1 }),
    'os._exit ends one child';
is GET_RC($server->url('/')), 200, 'the others serve';
unlike $server->error_log, qr/exit signal/, 'it is no crash';

# A callable that does not return, with each way to tell the child to end.
sub busy_server {
    my ($handler, $conf) = @_;
    my $server = PyHook::Server->new(children => 1, conf => "PyHookHandler leaving:$handler\n$conf")->start;
    my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $@";
    $client->autoflush;
    print $client "GET / HTTP/1.0\r\n\r\n";
    like $server->log_when(qr/a handler \w+/), qr/a handler \w+/, "$handler: it runs";
    $server->error_log =~ /\[pid (\d+):[^\n]*a handler/;
    return ($server, $client, $1);
}

my %orders = (
    'a stop' => sub { $_[0]->terminate },
    'a stop after a graceful restart' => sub {
        my ($server) = @_;
        my $generations = $server->generations;
        kill USR1 => $server->parent_pid;
        until_true { $server->generations > $generations } or die 'no new generation';
        $server->terminate;
    },
    'the end of GracefulShutdownTimeout' => sub {
        my ($server) = @_;
        kill WINCH => $server->parent_pid;
        $server->log_when(qr/has been left/);
        $server->terminate;
    },
);
my $named = "PyHookInterpreter shop\nPyHookRunIn shop\n";
my @busy = map { ['sleep_for_ever', $_], ['compute_for_ever', $_] } '', $named;
for my $order (sort keys %orders) {
    for (@busy) {
        my ($handler, $where) = @$_;
        my ($server, $client, $pid) = busy_server($handler, "GracefulShutdownTimeout 1\n$where");
        $orders{$order}->($server);
        my $case = "$order, $handler" . ($where && ' in a named interpreter');
        like $server->error_log, qr/PYHOOK0012: /, "$case: the child ends without it";
        like $server->error_log, qr/$pid has been left/, "$case: exit functions run";
        unlike $server->error_log, qr/exit signal|AH00046|PYHOOK0009|Fatal Python error/, "$case: nobody has to kill it";
    }
}

# Everything that a child waits for, each nearly to its limit or past it.
{
    my ($server, $client) = busy_server('end_slowly', "PyHookImport leaving\nPyHookSetEnv LEAVING slow\n");
    $server->terminate;
    like $server->error_log, qr/PYHOOK0009: /, 'an exit function that does not return is given up';
    unlike $server->error_log, qr/PYHOOK0012/, 'after a handler that did';
  SKIP: {
        skip 'a watched child is too slow', 1 if $ENV{PYHOOK_UNDER};
        unlike $server->error_log, qr/exit signal|AH00046|Fatal Python error/, 'and a task that did not: before httpd kills';
    }
}

# prefork's child gets the order twice; the second one may come to any thread.
SKIP: {
    skip 'only the child of prefork ends in a signal handler', 4 unless mpm() eq 'prefork';
    my ($server, $client, $pid) = busy_server('wait_for_the_order', '');
    kill TERM => $pid;
    is join('', <$client>) =~ s/.*\r\n\r\n//sr, "went on\n", 'an order that a thread of the application takes ends no callable';
    like $server->log_when(qr/$pid has been left/), qr/$pid has been left/, 'the child ends then, with its exit functions';
    $server->stop;
    unlike $server->error_log, qr/${\ crashed_or_late()}|Fatal Python error/, 'and nobody has been killed, given up or late';
}
