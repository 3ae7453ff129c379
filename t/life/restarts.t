# A server is restarted under load, and stopped.
use strict;
use warnings;

use POSIX ();

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY GET_RC);
use PyHook::Test;

plan tests => 8;

my $conf = <<'CONF';
<Location />
    PyHookFixups restarts:allow
    PyHookHandler restarts:hello
</Location>
<Location /remember>
    PyHookHandler restarts:remember
</Location>
CONF

# Requests one after the other until told to stop; the number of those that were not answered with 200.
sub while_loaded {
    my ($url, $work) = @_;
    my $pid = open my $client, '-|';
    die "fork: $!" unless defined $pid;
    if (!$pid) {
        my ($lost, $stop) = (0, 0);
        local $SIG{TERM} = sub { $stop = 1 };
        until ($stop) { GET_RC($url) == 200 or $stop or $lost++ }
        syswrite STDOUT, "$lost\n";
        POSIX::_exit(0);
    }
    $work->();
    kill TERM => $pid;
    chomp(my $lost = <$client>);
    return $lost;
}

my $server = PyHook::Server->new(conf => $conf, children => 1)->start;
my $first = GET_BODY($server->url('/'));
is while_loaded($server->url('/'), sub { $server->graceful for 1 .. 5 }), 0, 'a graceful restart loses no request';
isnt GET_BODY($server->url('/')), $first, 'another child answers afterwards';
my $before = $server->parent_rss_kb;
$server->graceful for 1 .. 30;
SKIP: {
    skip 'a sanitizer keeps what is freed', 1 unless memory_tells();
    cmp_ok $server->parent_rss_kb - $before, '<', 300, 'the parent does not grow over 30 graceful restarts';
}
is GET_RC($server->url('/')), 200, 'the server still answers';
$server->restart;
is GET_RC($server->url('/')), 200, 'and after a restart';

is GET_BODY($server->url('/remember')), "registered\n", 'an exit function is registered';
$server->stop;
like $server->error_log, qr/goodbye from \d+/, 'it runs when the server stops';
unlike $server->error_log, qr/exit signal|PYHOOK00(01|02|09)/, 'no child crashed or was late';
