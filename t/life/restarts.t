# A server restarts, recycles its children and stops while clients keep asking. PYHOOK_LONG=1 restarts it 200 times.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY GET_RC);
use PyHook::Config qw(mpm);
use PyHook::Load qw(while_loaded);
use PyHook::Test;

plan tests => 15;

my $conf = <<'CONF';
<Location />
    PyHookFixups restarts:allow
    PyHookHandler restarts:hello
</Location>
<Location /remember>
    PyHookHandler restarts:remember
</Location>
CONF
my $restarts = $ENV{PYHOOK_LONG} ? 200 : starts_slowly() ? 8 : 32;

# Each generation serves before the next one comes.
sub gracefully {
    my ($server, $times) = @_;
    for (1 .. $times) {
        $server->graceful;
        GET $server->url('/') for 1 .. 5;
    }
}

sub lost_none {
    my ($seen, $name) = @_;
    is_deeply $seen->{failures}, [], $name;
    cmp_ok $seen->{answers}, '>', 50, "and there were requests meanwhile: $seen->{answers}";
}

my $server = PyHook::Server->new(conf => $conf, children => 2)->start;
my $first = GET_BODY($server->url('/'));
my $before;
lost_none while_loaded($server, sub {
    gracefully($server, 2);
    $before = $server->parent_rss_kb;
    gracefully($server, $restarts - 2);
}), "$restarts graceful restarts lose no request";
isnt GET_BODY($server->url('/')), $first, 'another child answers afterwards';
SKIP: {
    skip 'a sanitizer keeps what is freed', 1 unless memory_tells();
    cmp_ok $server->parent_rss_kb - $before, '<', 300, 'and the parent has not grown';
}

SKIP: {
    skip 'the event MPM itself may crash when it closes connections that its workers are closing', 2 if mpm() eq 'event';
    my @codes;
    while_loaded($server, sub {
        for (1 .. 3) {
            $server->restart;
            push @codes, GET_RC($server->url('/'));
        }
    });
    is "@codes", '200 200 200', 'after each restart that is not graceful clients are served';
    is GET_RC($server->url('/')), 200, 'and when there is peace again';
}

is GET_BODY($server->url('/remember')), "registered\n", 'an exit function is registered';
while_loaded($server, sub { $server->stop });
ok !$server->parent_pid, 'a server under load stops when it is told to';
like $server->error_log, qr/goodbye from \d+/, 'and its exit functions run';
unlike $server->error_log, qr/${\ crashed_or_late()}|PYHOOK00(01|02)/, 'no child crashed or was late';
is $server->generations, 1 + $restarts + (mpm() eq 'event' ? 0 : 3), 'each restart was one';

my $recycling = PyHook::Server->new(conf => "$conf\nMaxConnectionsPerChild 20\n", children => 3)->start;
my $seen = while_loaded($recycling, sub {
    my %asked;
    until (keys %asked >= 12) { $asked{ GET_BODY $recycling->url('/') }++ }
});
lost_none $seen, 'children that come and go lose no request';
cmp_ok keys %{ $seen->{texts} }, '>', 6, 'of many children';
$recycling->stop;
unlike $recycling->error_log, qr/${\ crashed_or_late()}|PYHOOK00(01|02)/, 'and none of them crashed or was late';
