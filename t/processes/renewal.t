# When a process is replaced although nobody restarts httpd: its code is edited, a file is touched, it is old, large or
# stuck. And what limits it meanwhile.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY POST);
use IO::Socket::INET;
use PyHook::Load qw(while_loaded);
use PyHook::Server;
use PyHook::Test;

plan skip_all => 'Valgrind would follow into every process' if ($ENV{PYHOOK_UNDER} // '') eq 'memcheck';
plan tests => 40;

my $directory = Apache::Test::vars('t_logs');
my $touched = "$directory/renewal_touched";
my $edits = 0;

# A text of another length each time: Python's cache knows seconds and sizes alone.
sub edit {
    my ($module, $text) = @_;
    replace_file("$directory/$module.py", "import os\n\n$text\n\n" . '#' x ++$edits . "\n" . <<'PYTHON');
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{VERSION} {os.getpid()}\n".encode()]
PYTHON
}
sub touch { replace_file($touched, 'x' x ++$edits) }

edit($_ => "VERSION = 'one'") for qw(renewal_touched renewal_edited);
replace_file("$directory/renewal_failing.py", <<"PYTHON");
import os, threading, time

STARTS = "$directory/renewal_starts"
if os.path.exists(STARTS):
    with open(STARTS, "a") as starts:
        print(os.getpid(), file=starts)
    raise RuntimeError("broken for each successor")


def ask():
    while True:
        os.write(4, b"Fthe same edit is found again")
        time.sleep(0.05)


def application(environ, start_response):
    open(STARTS, "x").close()
    threading.Thread(target=ask, daemon=True).start()
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Pid", str(os.getpid()))])
    return [b"asks"]
PYTHON
unlink $touched, "$directory/renewal_starts";
my $server = PyHook::Server->new(conf => <<"CONF", children => 2)->start;
PyHookPath $directory
PyHookProcesses touched processes=2 threads=4 touch=$touched import=renewal_touched
PyHookProcesses edited
PyHookProcesses other
PyHookProcesses old lifetime=1s threads=2
PyHookProcesses idle idle=1s threads=2
PyHookProcesses large memory=90M threads=2
PyHookProcesses stuck deadlock-timeout=3s threads=2
PyHookProcesses slow slow=1s
PyHookProcesses flooding
PyHookProcesses failing import=renewal_failing
PyHookProcesses limited nice=5 files=100 address-space=3G threads=2
PyHookWSGIAlias /edited renewal_edited:application
PyHookWSGIAlias /other processes_apps:hello
PyHookWSGIAlias /old processes_apps:hello
PyHookWSGIAlias /idle processes_apps:hello
PyHookWSGIAlias /large/grow processes_apps:grow
PyHookWSGIAlias /large processes_apps:hello
PyHookWSGIAlias /stuck/hold processes_apps:hold_gil
PyHookWSGIAlias /stuck processes_apps:hello
PyHookWSGIAlias /slow/open processes_apps:open_gate
PyHookWSGIAlias /slow processes_apps:steps
PyHookWSGIAlias /flooding/begin processes_apps:flood
PyHookWSGIAlias /flooding processes_apps:hello
PyHookWSGIAlias /failing renewal_failing:application
PyHookWSGIAlias /limited processes_apps:limits
PyHookWSGIAlias / renewal_touched:application
PyHookRunIn touched
@{[map { "<Location /$_>\n    PyHookRunIn $_\n</Location>\n" } qw(edited other old idle large stuck slow flooding failing limited)]}
<Location /edited>
    PyHookReload On
</Location>
CONF

sub answer { GET_BODY $server->url($_[0]) }
sub pid_of { my $one = GET $server->url($_[0]); $one->code == 200 ? $one->header('X-Pid') // ($one->content =~ /(\d+)$/)[0] : 'failed' }
sub all_answer { my ($path, $pattern) = @_; until_true { 6 == grep { $_ =~ $pattern } map { answer($path) } 1 .. 6 } }

ok all_answer('/', qr/^one /), 'an application answers';
like answer('/edited'), qr/^one /, 'and another one';
my $other = pid_of('/other');

# A file is touched.
edit(renewal_touched => "VERSION = 'two'");
my $seen = while_loaded($server, sub {
    my ($answers) = @_;
    touch();
    until_true { $answers->(qr/^two/) > 20 };
});
is_deeply $seen->{failures}, [], 'no request is lost when a file is touched';
ok all_answer('/', qr/^two /), 'all processes have the new code';
like $server->log_when(qr{process touched/\d .* is replaced}), qr/\[pyhook:info\] \[pid \d+\] process touched\/\d \(pid \d+\) is replaced: \Q$touched\E has changed$/m, 'the reason is logged';

edit(renewal_touched => "VERSION = 'three'\nraise RuntimeError('broken on purpose')");
touch();
like $server->log_when(qr/PYHOOK0081: process touched.*\n(?:.*\n)*?.*broken on purpose/),
    qr/PYHOOK0081: process touched(?:.*\n)*?.*\| RuntimeError: broken on purpose(?:.*\n)*?.*\| The process of before goes on/, 'code that is broken';
ok all_answer('/', qr/^two /), 'does not replace code that works';
edit(renewal_touched => "VERSION = 'four'");
touch();
ok all_answer('/', qr/^four /), 'code that was mended does';

# An edit, with PyHookReload.
edit(renewal_edited => "VERSION = 'two'");
ok all_answer('/edited', qr/^two /), 'edited code is loaded';
like $server->error_log, qr/process edited\/1 \(pid \d+\) is replaced: \Q$directory\E\/renewal_edited\.py has changed$/m, 'the file is logged';
edit(renewal_edited => "VERSION = 'three'\nraise RuntimeError('broken by an edit')");
like $server->log_when(qr/PYHOOK0081: process edited.*\n(?:.*\n)*?.*broken by an edit/), qr/broken by an edit(?:.*\n)*?.*\| The process of before goes on/, 'an edit that breaks it';
like answer('/edited'), qr/^two /, 'changes nothing';
edit(renewal_edited => "VERSION = 'four'");
ok all_answer('/edited', qr/^four /), 'the next edit does';
ok all_answer('/', qr/^four \d/), 'others still answer';
is pid_of('/other'), $other, 'and have not been replaced';

# Age and size.
my $before = pid_of('/old');
ok +(until_true { my $now = pid_of('/old'); $now ne 'failed' && $now != $before }), 'lifetime= replaces a process';
like $server->log_when(qr/process old\/1 .* is replaced/), qr/process old\/1 \(pid \d+\) is replaced: it is \d+ s old$/m, 'and says its age';
$before = pid_of('/idle');
like $server->log_when(qr/process idle\/1 \(pid $before\) is replaced/), qr/process idle\/1 \(pid $before\) is replaced: it has done nothing for \d+ s$/m, 'idle= replaces a process';
ok +(until_true { my $now = pid_of('/idle'); $now ne 'failed' && $now != $before }), 'by another one';
$before = pid_of('/large');
is answer('/large/grow'), 'grown', 'a process that grows';
ok +(until_true { my $now = pid_of('/large'); $now ne 'failed' && $now != $before }), 'is replaced by memory=';
like $server->log_when(qr/process large\/1 \(pid $before\) is replaced/), qr/process large\/1 \(pid $before\) is replaced: it uses \d+ MB of memory$/m, 'and says its size';

# No thread of a process goes on.
$before = pid_of('/stuck');
isnt $before, 'failed', 'a process that is going to hang';
is +(POST $server->url('/stuck/hold'), content => 'x')->code, 502, 'its request fails';
like $server->log_when(qr/PYHOOK0082: process stuck\/1 \(pid $before\)/), qr/PYHOOK0082: process stuck\/1 \(pid $before\) gave no sign of life for 3 s \(deadlock-timeout\): it is killed$/m, 'deadlock-timeout kills it';
like $server->log_when(qr/PYHOOK0080: process stuck\/1 \(pid $before\)/), qr/PYHOOK0080: process stuck\/1 \(pid $before\) was ended by signal 9 \(SIGKILL\)/, 'which is its end';
ok +(until_true { my $now = pid_of('/stuck'); $now ne 'failed' && $now != $before }), 'and another one takes its place';

# A slow request is reported, and goes on.
my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $!";
print $socket "GET /slow HTTP/1.0\r\n\r\n";
$socket->flush;
like $server->log_when(qr/PYHOOK0065/), qr/PYHOOK0065: GET \/slow has run for \d+ s in process \d+ of 'slow'\n(?:.*\n)*?.*processes_apps\.py", line \d+, in steps/, 'slow= logs a stack';
answer('/slow/open');
like join('', <$socket>), qr/200 OK.*first\nsecond\n/s, 'and the request goes on';
is scalar(() = $server->error_log =~ /PYHOOK0065/g), 1, 'it is reported once';

# Limits.
my $nice = getpriority(0, 0) + 5;
$nice = 19 if $nice > 19;
is answer('/limited'), "$nice (100, 100) (3221225472, 3221225472)", 'nice=, files= and address-space= hold';

# A process that says more than the supervisor can hear.
for (['N', 'asks for another one'], ['.', 'shows that it lives']) {
    my ($packet, $what) = @$_;
    $before = pid_of('/flooding/begin?' . $packet);
    isnt $before, 'failed', "a process that $what without end";
    $before = pid_of('/old');
    ok +(until_true { my $now = pid_of('/old'); $now ne 'failed' && $now != $before }), 'does not keep others from being replaced';
}
cmp_ok scalar(() = $server->error_log =~ /process flooding.*/g), '<', 20, 'and does not fill the log';

# A process that asks for a successor again and again, although that fails.
isnt pid_of('/failing'), 'failed', 'a process whose successors fail';
my $starts = sub { open my $file, '<', "$directory/renewal_starts" or return 0; my @lines = <$file>; return scalar @lines };
until_true { $starts->() > 3 && $server->error_log =~ /PYHOOK0081: process failing/ };
is scalar(() = $server->error_log =~ /PYHOOK0081: process failing/g), 1, 'the failure is logged once';
is scalar(() = $server->error_log =~ /process failing\S* .* is replaced/g), 1, 'and so is the reason';

is +(GET $server->url('/other'))->code, 200, 'the server goes on';
