# PyHookReload looks at files once a second, however many requests there are.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use File::Path qw(make_path);
use PyHook::Config qw(top);
use PyHook::Test;
use Time::HiRes qw(time);

my $can_trace = !$ENV{PYHOOK_UNDER} && !system 'strace -D -f -o /dev/null true 2>/dev/null';
plan tests => 4, need { 'strace is not installed, or may trace nobody' => sub { $can_trace } };

my $place = Apache::Test::vars('t_logs') . '/reload-looks';
make_path($place);
replace_file("$place/reload_looks.py", <<'PYTHON');
import os
def show(req):
    return "shown"
def mark(req):
    os.path.exists(f"/reload_looks/{req.args}")
PYTHON

my $trace = top() . "/t/logs/reload_looks-$$.trace";
my $under = ['strace', '-D', '-f', '-e', 'trace=/stat', '-o', $trace];
my $server = PyHook::Server->new(children => 1, under => $under, conf => <<"CONF")->start;
PyHookPath "$place"
PyHookInterpreter shop
PyHookRunIn shop
PyHookReload On
PyHookHandler reload_looks:show
<Location /mark>
    PyHookHandler reload_looks:mark
</Location>
CONF
is GET_BODY($server->url('/')), 'shown', 'the module is imported';
# Other files that the application writes beside its code cause no look.
GET_BODY $server->url('/mark?begin');
my ($start, $requests) = (time, 0);
do { replace_file("$place/data", $requests); GET_BODY $server->url('/'); $requests++ } while time - $start < 3 || $requests <= time - $start + 2 && time - $start < 60;
my $seconds = time - $start;
GET_BODY $server->url('/mark?end');
undef $server;

open my $lines, '<', $trace or die "$trace: $!";
my @looks = grep { /reload_looks\.py/ } grep { m{/reload_looks/begin} ... m{/reload_looks/end} } <$lines>;
cmp_ok $requests, '>', $seconds + 2, 'there are several requests in a second';
cmp_ok scalar @looks, '>=', 2, 'the file is looked at';
cmp_ok scalar @looks, '<=', $seconds + 2, 'once a second';
