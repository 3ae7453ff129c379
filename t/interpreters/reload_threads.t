# PyHookReload where threads or tasks of the application never end: their interpreters cannot be ended, so the child
# ends; but not because of code that the next child could not load.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY);
use File::Path qw(make_path);
use PyHook::Test;

plan tests => 11;

my $place = Apache::Test::vars('t_logs') . '/reload-threads';
make_path($place);

my %never_ends = (
    thread => 'threading.Thread(target=threading.Event().wait, daemon=True).start()',
    task   => 'pyhook.every(seconds=1000)(threading.Event().wait)',
);
my $not_ended = qr/PYHOOK0061: PyHookReload shop: a thread or a task of the application keeps the interpreter of before in memory/;

# The threads have some fifteen seconds.
sub until_late(&) { my ($condition) = @_; return &until_true($condition) || &until_true($condition) }

for my $what (sort keys %never_ends) {
    my $edit = sub {
        my ($line) = @_;
        replace_file("$place/reload_$what.py", <<"PYTHON");
import pyhook, threading
$never_ends{$what}
$line
def show(req):
    return word
PYTHON
    };
    $edit->("word = 'one'");
    my $server = PyHook::Server->new(children => 1, conf => <<"CONF")->start;
PyHookPath "$place"
PyHookInterpreter shop import=reload_$what
PyHookRunIn shop
PyHookReload On
PyHookHandler reload_$what:show
CONF
    my $url = $server->url('/');
    my ($child) = $server->child_pids;
    is GET_BODY($url), 'one', "$what: the code that is there is served";
    if ($what eq 'thread') {
        $edit->("raise RuntimeError('not yet')");
        ok +(until_late { GET_BODY $url; $server->error_log =~ /PYHOOK0060.*not yet.*$not_ended/s }),
            'an attempt to load fresh code leaves a thread behind';
        is GET_BODY($url), 'one', 'the code of before goes on serving';
        is_deeply [$server->child_pids], [$child], 'in the same child';
    }
    $edit->("word = 'two'");
    my (%seen, $now);
    ok +(until_late {
        my $answer = GET $url;
        $seen{ $answer->code . ' ' . $answer->content } = 1;
        $now = join ' ', $server->child_pids;
        $answer->content eq 'two' && $now ne '' && $now !~ /\b$child\b/;
    }), 'the child leaves for the sake of what can not be ended' or diag $now;
    like $server->error_log, $not_ended, 'the log says what it is';
    is_deeply [grep { !/^200 (?:one|two)$/ } keys %seen], [], 'no request is lost';
}
