# pyhook.metrics: what an application counts is summed over all children and shown by pyhook-metrics.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use PyHook::Config qw(new_directory);
use PyHook::Test qw(until_true write_file);

plan tests => 28;

my $conf = join '', map("<Location /$_>\n    PyHookHandler own_metrics:$_\n</Location>\n", qw(order visit wait new level)), <<'CONF';
PyHookInterpreter other
<Location /other>
    PyHookHandler own_metrics:visit
    PyHookRunIn other
</Location>
<Location /other-new>
    PyHookHandler own_metrics:new
    PyHookRunIn other
</Location>
<Location /metrics>
    SetHandler pyhook-metrics
</Location>
CONF
my $server = PyHook::Server->new(conf => $conf, children => 2)->start;

sub get { GET_BODY($server->url($_[0])) }
sub value { my ($sample) = @_; return (get('/metrics') =~ /^\Q$sample\E (\S+)$/m)[0] }

is value('shop_visits_total'), undef, 'nothing is shown before a child has imported the module';
get('/visit') for 1 .. 20;
is value('shop_visits_total'), 20, 'a counter has the visits of all children';
get('/other') for 1 .. 2;
is value('shop_visits_total'), 22, '… and of other interpreters';

get('/order?country=de');
get('/order?country=de&country=fr');
is value('shop_orders_total{country="de"}'), 2, 'labels tell numbers apart';
is value('shop_orders_total{country="fr"}'), 1, '… all of them';
is value('shop_orders_total{country="other"}'), undef, '… and nothing is left over';
get('/order?country=%22%5C%0A%FF%C3%A4');
like get('/metrics'), qr/^shop_orders_total\{country="\\"\\\\\\n\x{ef}\x{bf}\x{bd}\x{c3}\x{a4}"\} 1$/m, 'a value is escaped';

get('/wait?2.5');
get('/wait?1.5');
is value('shop_waiting_seconds'), 1.5, 'a gauge has the value that was set last';

my $text = get('/metrics');
like $text, qr/^# TYPE shop_orders counter\n# HELP shop_orders Orders \\"by\\" country\\\\\.\\nAnd more\.\n/m, 'a help is escaped';
like $text, qr/^# TYPE shop_waiting_seconds gauge\n# UNIT shop_waiting_seconds seconds\n/m, 'a unit is found';

my ($child) = $server->child_pids;
kill KILL => $child;
until_true { !grep { $_ == $child } $server->child_pids };
is value('shop_visits_total'), 22, 'what a dead child has counted stays';
get('/visit');
is value('shop_visits_total'), 23, '… and more is added';

is get('/new?clash,counter'), 'made', 'a counter is made';
like get('/new?1x,counter'), qr/no name for a counter/, 'a wrong name is refused';

my $parser = '/usr/bin/python3';
my $file = new_directory('metrics') . '/text';
write_file($file, get('/metrics'));
my $code = 'from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse; import sys;'
    . 'print(*sorted(f"{f.name} {f.type} {len(f.samples)}" for f in parse(open(sys.argv[1]).read()) if not f.name.startswith("pyhook_")),'
    . ' sep=", ")';
SKIP: {
    skip 'there is no python3-prometheus-client', 1 if system $parser, '-c', 'import prometheus_client.openmetrics.parser';
    is `$parser -c '$code' $file`, "clash counter 1, shop_orders counter 3, shop_visits counter 1, shop_waiting_seconds gauge 1\n",
        "Prometheus' parser reads them";
}

get("/level?$_") for qw(The-first-help Another The-first-help Second);
is value('shop_level'), 6, 'a gauge is one whatever its help is';
is_deeply [get('/metrics') =~ /^# HELP shop_level (.*)$/mg], ['Second'], '… and the last help is shown';
is get('/new?flip,counter') . get('/other-new?flip,gauge'), 'mademade', 'two interpreters disagree about a kind';
is_deeply [get('/metrics') =~ /^# TYPE flip (.*)$/mg], ['gauge'], '… and the last is shown';
is_deeply [get('/metrics') =~ /^flip(\S*) 1$/mg], [''], '… without the number of the other';

for my $first (map { 64 * $_ } 0 .. 15) {
    get('/order?' . join '&', map "country=n$_", $first .. $first + 63);
}
my $rest = value('shop_orders_total{country="other"}');
is $rest, 3, 'what is too much for the memory counts together';
my $own = () = get('/metrics') =~ /^shop_orders_total\{country="n/mg;
is $own + $rest, 1024, '… and nothing is lost';
get('/order?country=n0&country=n1023&country=more');
is value('shop_orders_total{country="n0"}'), 2, 'a number that has room keeps it';
is value('shop_orders_total{country="other"}'), $rest + 2, '… and others share';
get('/order?country=' . 'x' x 600);
is value('shop_orders_total{country="other"}'), $rest + 3, '… also a value that is too long';

my $refused;
for my $number (1 .. 130) {
    $refused = get("/new?n$number,counter");
    last if $refused ne 'made';
}
like $refused, qr/^there is no room for one more metric: the server has 128/, 'the number of metrics has a limit';
is value('n1_total'), 1, '… and those that were made stay';

$server->graceful;
is value('shop_visits_total'), undef, 'a new generation begins at nothing';
