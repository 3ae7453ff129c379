# PyHookReload: nothing that an application does while its interpreter ends, above all no thread that a finaliser
# starts, ends the child or a request. Text that it logs then has time, level and process, like every line of the log.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use File::Path qw(make_path);
use PyHook::Test;

plan tests => 5;

my $place = Apache::Test::vars('t_logs') . '/reload-last';
make_path($place);

sub edit { replace_file("$place/reload_last.py", <<"PYTHON") }
import atexit, sys, threading, time
import pyhook

class Starter:
    def __init__(self, name):
        self.name = name

    def __del__(self, start=threading.Thread, sleep=time.sleep, log=pyhook.log):
        log("last word", "notice")
        start(target=sleep, args=(0.2,)).start()

class Raiser:
    def __del__(self):
        raise RuntimeError("last error")

of_module = Starter("module")
local = threading.local()
raiser = Raiser()
sys.kept = eval("type('Kept', (), {'__del__': lambda self: 1 / 0})()", {})
atexit.register(lambda kept=Starter("exit function"): None)

def show(req):
    local.kept = Starter("thread")
    return "$_[0]"
PYTHON

edit('0');
my $server = PyHook::Server->new(children => 1, conf => <<"CONF")->start;
PyHookPath "$place"
PyHookInterpreter shop
PyHookRunIn shop
PyHookReload On
PyHookHandler reload_last:show
CONF
my ($child) = $server->child_pids;
is GET_BODY($server->url), '0', 'the code is loaded';
for my $edit (1 .. 3) {
    edit($edit);
    body_when($server->url, qr/$edit/);
    until_true { $edit <= (() = $server->error_log =~ /last word/g) / 3 };
}
is GET_BODY($server->url), '3', 'fresh code serves after three edits';
cmp_ok scalar(() = $server->error_log =~ /last word/g), '>=', 9, 'finalisers ran';
$server->stop;
unlike $server->error_log, crashed_or_late(), 'no child crashes';
is_deeply [grep { !/^\[\w{3} \w{3} \d\d [\d:.]+ \d{4}\] \[\w+:\w+\] \[pid \d+/ } grep { !/^\s*$/ } split /\n/, $server->error_log], [],
    'every line of the log has its time, level and process';
