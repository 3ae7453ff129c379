# What applications in worker processes count with pyhook.metrics adds up with what children count.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY GET_RC);
use PyHook::Config qw(top);
use PyHook::Server;
use PyHook::Test;

plan skip_all => 'Valgrind would follow into every process' if ($ENV{PYHOOK_UNDER} // '') eq 'memcheck';
plan tests => 21;

my $python = top() . '/python';
my $here = top() . '/t/processes';
my $conf = <<"CONF";
PyHookProcesses shop processes=2 threads=2 path=$python path=$here
PyHookWSGIAlias /outside process_counters:application
PyHookWSGIAlias /inside process_counters:application
PyHookRunIn shop
<Location /inside>
    PyHookRunIn main
</Location>
<Location /metrics>
    SetHandler pyhook-metrics
</Location>
CONF
my $server = PyHook::Server->new(children => 2, conf => $conf)->start;

sub get { GET_BODY($server->url($_[0])) }
sub value { my ($sample) = @_; return (get('/metrics') =~ /^\Q$sample\E (\S+)$/m)[0] }

until_true { get('/outside?pid') =~ /^\d+$/ };
is get('/outside?order=de'), 'ordered', 'an application in processes counts';
is value('outer_orders_total{country="de"}'), 1, '… and the sum has it';
my %pids;
until_true { $pids{ get('/outside?pid') } = 1; keys %pids == 2 } for 1;
get('/outside?order=de') for 1 .. 20;
is value('outer_orders_total{country="de"}'), 21, '… of all processes and children';
get('/inside?order=de') for 1 .. 3;
is value('outer_orders_total{country="de"}'), 24, '… also those that run it themselves';
is value('outer_orders_total{country="other"}'), undef, '… and nothing is left over';
get('/outside?order=%C3%A4%22');
is value(qq(outer_orders_total{country="\xc3\xa4\\""})), 1, 'a value of any letters';
like get('/metrics'), qr/^# TYPE outer_orders counter\n# HELP outer_orders Orders of processes\.\n/m, 'with its help';

get('/outside?level=2.5');
get('/outside?level=-1');
is value('outer_level'), -1, 'a gauge has what was set last';
get('/outside?raise=1');
is value('outer_level'), 0, '… or added, also by a request that fails';
like get('/outside?wrong'), qr/only grows/, 'what is wrong raises in the process';

# What a process that is gone has counted stays.
my ($gone) = $server->worker_pids('shop');
kill KILL => $gone;
until_true { !grep { $_ == $gone } $server->worker_pids('shop') };
is value('outer_orders_total{country="de"}'), 24, 'what a dead process has counted stays';

# An application may send frames of its own to httpd.
for my $frame ('1.0|%2B|help|counter|pyhook_calls|', '1.0|%2B|help|timer|mine|', '-1.0|%2B|help|counter|mine|', '1.0|=|help|counter|mine|',
    'x|%2B|help|counter|mine|', '1.0|%2B|help|counter|mi ne|', '1.0|%2B|help|counter|mine|country|') {
    is GET_RC($server->url("/outside?frame=$frame")), 502, "no metric is $frame";
}
is GET_RC($server->url('/outside?frame=1.0|%2B|help|counter|mine|country|de|')), 200, 'a right one is added';
is value('mine_total{country="de"}'), 1, '… once';
unlike get('/metrics'), qr/\bmine\b.*(?:help\|)|timer/, '… and no other';
