# Memory is looked at again and again while threads come into being: what begins to trace allocations ends without a crash.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use IO::Socket::UNIX;
use POSIX ();
use PyHook::Test;

my $clients = 4;
plan tests => 3;

my $server = PyHook::Server->new(children => 1, conf => <<'CONF')->start;
PyHookControl On
PyHookInterpreter shop
<Location /free>
    PyHookHandler operated:free
</Location>
CONF
is GET_BODY($server->url('/free')), "free\n", 'a child serves';
until_true { @{ [glob "$server->{root}/run/pyhook/*.socket $server->{root}/pyhook/*.socket"] } };
my ($path) = glob "$server->{root}/run/pyhook/*.socket $server->{root}/pyhook/*.socket";
my @clients = map { client($_) } 1 .. $clients;
my $failed = grep { waitpid($_, 0); $? } @clients;
is $failed, 0, 'every question is answered';
$server->stop;
unlike $server->error_log, qr/exit signal/, 'no child has crashed';

# Each question is answered by threads of its own, one for each interpreter.
sub client {
    my ($number) = @_;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;
    for my $question (('memory -1', 'stacks') x 20) {
        my $socket = IO::Socket::UNIX->new(Peer => $path) or POSIX::_exit(1);
        syswrite $socket, "$question\n";
        my $answer = do { local $/; <$socket> };
        POSIX::_exit(1) unless defined $answer && $answer =~ /"pid"/;
    }
    POSIX::_exit(0);
}
