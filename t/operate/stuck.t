# A request that no exception can interrupt, because code in C holds it: the child is recycled, everything else in it
# ends as it should, and another child serves.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use IO::Socket::INET;
use PyHook::Config qw(mpm);
use PyHook::Test;

my %held = (
    sleep => ['time.sleep',              qr/in sleep\n.*time\.sleep\(600\)/],
    lock  => ['a lock that nobody releases', qr/in lock\n.*never\.acquire\(\)/],
);
my $beside = mpm() eq 'prefork' ? 0 : 1;

# In each of these interpreters.
my @where = (["main", ""]);
push @where, ['alone', "PyHookInterpreter alone gil=own\nPyHookRunIn alone\n"], [qr{pool/[12]}, "PyHookInterpreter pool gil=own count=2\nPyHookRunIn pool\n"]
    if ends_interpreters() && !has_no_gil();
plan tests => @where * ((7 + $beside) * keys(%held) + 6);

for my $where (@where) {
    is_recycled(@$where);
    is_found_locked(@$where);
}

sub is_recycled {
    my ($interpreter, $conf) = @_;
    for my $how (sort keys %held) {
        my ($what, $stack) = @{ $held{$how} };
        my $server = PyHook::Server->new(children => 1, conf => $conf . <<CONF)->start;
PyHookHandler timeout:pid
<Location /$how>
    PyHookHandler timeout:$how
    PyHookTimeout 0.5
</Location>
<Location /patient>
    PyHookHandler timeout:patient
</Location>
CONF
        chomp(my $first = GET_BODY($server->url));
        my $stuck = request("/$how", $server);
        my $patient = $beside ? request('/patient?5', $server) : undef;

        my $second;
        ok until_true { ($second = GET_BODY($server->url)) =~ /^\d+$/ && $second != $first }, "$interpreter, $what: another child serves";
        is answer_from($patient, 20) =~ s/.*\r\n\r\n//sr, "patient\n", '… what else the child did has ended' if $beside;
        is answer_from($stuck, 20), '', '… the stuck client gets nothing';
        ok until_true { !grep { $_ == $first } $server->child_pids }, '… the child ends' or diag $server->error_log;
        my $log = $server->error_log;
        is scalar(() = $log =~ /PYHOOK0066: handler GET \/$how /g), 1, '… it was reported once';
        like $log, qr/PYHOOK0067: handler GET \/$how has run for \S+ seconds in Python and is not interrupted by an exception: the child ends when its other requests have ended/, '… and given up';
        like $log, qr/PYHOOK0067[^\0]*interpreter $interpreter,[^\0]*$stack/s, '… with its stack';
        unlike $log, qr/exit signal/, '… nothing crashed';
    }
}

# A GIL that nobody gets: no Python runs any more, not even that of the report.
sub is_found_locked {
    my ($interpreter, $conf) = @_;
    my $server = PyHook::Server->new(children => 1, conf => $conf . <<'CONF')->start;
PyHookImport timeout
PyHookTimeout 1.5 slow=0.5
PyHookHandler timeout:pid
<Location /hold>
    PyHookHandler timeout:hold_gil
</Location>
CONF
    chomp(my $first = GET_BODY($server->url));
    my $stuck = request('/hold', $server);
    ok until_true { $server->error_log =~ /PYHOOK0068.*the child ends/ }, "$interpreter: a GIL that nobody gets is noticed"
        or diag $server->error_log;
    my $second;
    ok until_true { ($second = GET_BODY($server->url)) =~ /^\d+$/ && $second != $first }, '… another child serves';
    is answer_from($stuck, 20), '', '… the stuck client gets nothing';
    ok until_true { !grep { $_ == $first } $server->child_pids }, '… the child ends' or diag $server->error_log;
    my $holder = qr/nobody has got the GIL of interpreter $interpreter for \d+\.\d seconds: handler GET \/hold holds it/;
    my $stack = qr/ \(client 127\.0\.0\.1, .*\n.*\| .*timeout\.py", line \d+, in hold_gil\n/;
    ($holder, $stack) = (qr/not every thread of interpreter $interpreter has given way for \d+\.\d seconds/, qr//) if has_no_gil();
    like $server->error_log, qr/:warn\].*PYHOOK0068: $holder$stack/, '… it is reported with the stack of the thread that has it';
    like $server->error_log, qr/:error\].*PYHOOK0068: $holder, the child ends$stack/, '… and again when the child is given up';
}

sub request {
    my ($path, $server) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $@";
    print $socket "GET $path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    $socket->flush;
    return $socket;
}
