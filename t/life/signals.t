# Python code cannot take the signals by which httpd tells its children to restart and to stop.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use PyHook::Config qw(mpm);
use PyHook::Test;

my %where = ('the main interpreter' => '', 'a named interpreter' => "PyHookInterpreter shop\nPyHookRunIn shop\n");
my @taken = qw(SIGTERM SIGHUP SIGINT SIGWINCH SIGPIPE SIGUSR1);
my $alarm = mpm() eq 'prefork' ? "['alarm']\n" : "signal only works in main thread of the main interpreter\n";
plan tests => (3 + @taken) * keys(%where) + 1;

for my $interpreter (sort keys %where) {
    my $server = PyHook::Server->new(children => 1, conf => $where{$interpreter} . <<'CONF')->start;
PyHookImport signals
PyHookHandler signals:again
<Location /alarm>
    PyHookHandler none signals:alarm
</Location>
CONF
    my $first = GET_BODY($server->url);
    like $server->error_log, qr/:warn\].*signal of $_ at \S+signals\.py:\d+ changes nothing/, "$interpreter: $_ is kept"
        for @taken;
    is GET_BODY($server->url('/alarm')), $alarm, 'other signals are as in any Python program' if !$where{$interpreter};
    $server->graceful;
    isnt my $second = GET_BODY($server->url), $first, "$interpreter: a graceful restart replaces the child";
    $server->restart;
    isnt GET_BODY($server->url), $second, "$interpreter: so does a restart";
    $server->terminate;
    unlike $server->error_log, crashed_or_late(), "$interpreter: nobody has to kill it";
}
