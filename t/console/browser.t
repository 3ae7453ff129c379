# The console in Chromium: what it draws, light and dark, on a desk and on a phone, and what an edit shows.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Browser;
use PyHook::Config qw(mpm top);
use PyHook::Test qw(write_file);

my $missing = PyHook::Browser::missing() || (mpm() eq 'event' ? '' : 'one MPM is enough for a page');
plan skip_all => $missing if $missing;
plan tests => 1;

my $place = Apache::Test::vars('t_logs') . '/console_browser';
my $server = PyHook::Server->new(children => 1, path => $place, conf => <<'CONF');
ExtendedStatus On
PyHookControl On
PyHookInterpreter shop
PyHookInterpreter console
PyHookDebug On
<Location /shop>
    PyHookRunIn shop
    PyHookHandler watched:page
    PyHookReload On
</Location>
<Location /shop/wait>
    PyHookHandler watched:wait
</Location>
<Location /shop/free>
    PyHookHandler watched:free
</Location>
<Location /shop/fail>
    PyHookHandler watched:fail
</Location>
<Location /pyhook>
    PyHookRunIn console
    PyHookHandler pyhook.console:page
    PyHookSuspendAfter 0
</Location>
CONF
write_file("$place/watched.py", "def page(req):\n    return 'not yet'\n");
local $ENV{BROWSER_RESULTS} = Apache::Test::vars('t_logs');
local $ENV{PYHOOK_NODE_MODULES} = top() . '/node_modules';
$server->start;
open my $output, '-|', 'node', top() . '/t/browser/console.mjs', $server->url('/'), $place or die "node: $!";
my $said = do { local $/; <$output> };
ok close($output), 'the console in Chromium' or diag $said;
