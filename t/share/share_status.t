# /server-status: what each interpreter has done, summed over the children, for people and for programs.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Server;
use PyHook::Test;

plan tests => 21;

my $conf = <<'END';
PyHookInterpreter shop count=2
<Location /fine>
    PyHookHandler share_status:fine
</Location>
<Location /slow>
    PyHookHandler share_status:slow
</Location>
<Location /broken>
    PyHookHandler share_status:broken
</Location>
<Location /shop>
    PyHookHandler share_status:fine
    PyHookRunIn shop
</Location>
END
my $server = PyHook::Server->new(conf => "ExtendedStatus On\n$conf", children => 2)->start;

sub status_of {
    my ($server) = @_;
    my $page = GET_BODY($server->url('/server-status?auto'));
    return map { $_ => { $page =~ /^PyHook\[\Q$_\E\](\w+): (\S+)$/mg } } qw(main shop/1 shop/2);
}

my %before;
until_true { %before = status_of($server); ($before{main}{Children} // 0) == 2 };
is $before{main}{Calls}, 0, 'nothing has been called yet';
is $before{main}{Children}, 2, 'both children are there';
is $before{main}{Threads}, 2, 'each with the thread that made the interpreter';

GET $server->url('/fine') for 1 .. 20;
GET $server->url('/broken') for 1 .. 3;
GET $server->url('/shop') for 1 .. 4;
my %after;
until_true { %after = status_of($server); $after{main}{Requests} == 0 }; # a request ends after its answer was sent
is $after{main}{Calls}, 23, 'the calls of both children are counted';
is $after{main}{Errors}, 3, 'and those that failed';
cmp_ok $after{main}{Threads}, '>=', 2, 'threads that have run Python are counted';
is $after{'shop/1'}{Calls} + $after{'shop/2'}{Calls}, 4, 'each member of a pool has its own line';
is $after{'shop/1'}{Errors}, 0, 'with its own errors';
is $after{main}{Requests}, 0, 'no request has been left behind';

cmp_ok $after{main}{Seconds}, '<', 60, 'quick calls take little time, in seconds';
GET $server->url('/slow') for 1 .. 4;
cmp_ok {status_of($server)}->{main}{Seconds} - $after{main}{Seconds}, '>=', 0.199, 'the time in calls is measured';

my $page = GET_BODY($server->url('/server-status'));
like $page, qr{<h2>mod_pyhook [^<]+</h2>\s*<table}, 'the page for people has a section';
like $page, qr{<tr><td>main</td><td>27</td><td>3</td><td>\d+\.\d{3}</td>}, 'with a row per interpreter';
like $page, qr{<tr><td>shop/2</td>}, 'of every interpreter';

my ($child) = $server->child_pids;
kill KILL => $child;
until_true { !grep { $_ == $child } $server->child_pids };
is {status_of($server)}->{main}{Calls}, 27, 'what a dead child has done still counts';

$server->graceful;
is {status_of($server)}->{main}{Calls}, 0, 'a new generation begins at nothing';

my $plain = PyHook::Server->new(conf => "ExtendedStatus Off\n$conf")->start;
GET $plain->url('/slow');
my %plain = status_of($plain);
is $plain{main}{Calls}, 1, 'calls are counted without ExtendedStatus';
is $plain{main}{Seconds}, '0.000', 'but no time is taken';
unlike GET_BODY($plain->url('/server-status')), qr/PyHook\[/, 'the page for people is not for programs';

# If the test may tell the kernel which process number comes next, another process gets that of a child that has died.
sub process_with {
    my ($number) = @_;
    for (1 .. 200) {
        open my $last, '>', '/proc/sys/kernel/ns_last_pid' or return;
        print {$last} $number - 1;
        close $last or return;
        my $pid = fork // die "fork: $!";
        $pid or exec 'sleep', 60;
        return $pid if $pid == $number;
        kill KILL => $pid;
        waitpid $pid, 0;
    }
    return;
}

SKIP: {
    my $few = PyHook::Server->new(conf => $conf, children => 2)->start;
    GET $few->url('/fine') for 1 .. 20;
    my ($dead) = $few->child_pids;
    kill KILL => $dead;
    until_true { !-e "/proc/$dead" };
    kill STOP => $few->{pid}; # it makes no child that would take the row
    my $foreign = process_with($dead);
    kill CONT => $few->{pid};
    skip 'only a privileged process chooses process numbers', 2 if !$foreign;
    is until_true { grep({ $_ != $foreign } $few->child_pids) == 2 }, 1, 'another child comes';
    is {status_of($few)}->{main}{Children}, 2, 'another process with the number of a dead one is no child';
    kill KILL => $foreign;
    waitpid $foreign, 0;
}
