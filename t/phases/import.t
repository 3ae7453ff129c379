# PyHookImport: modules that register their own callables, and what happens when one can't be imported.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 36;

my $server = PyHook::Server->new(children => 1, conf => <<'CONF')->start;
PyHookInterpreter shop
PyHookImport plugin_one
<Location /configured>
    PyHookFixups plugin_one:configured
</Location>
<Location /shop>
    PyHookRunIn shop
</Location>
CONF
my $response = GET $server->url('/index.html');
is $response->header('X-Fixups'), 'first in main, second', 'registered callables run in their order, for every request';
like $response->content, qr/plain file/i, 'and httpd serves the content';
is +(GET $server->url('/configured'))->header('X-Fixups'), 'configured, first in main, second',
    'after those of the directive';
is +(GET $server->url('/shop'))->header('X-Fixups'), 'first in shop, second', 'each interpreter has its own';
is GET_RC($server->url('/forbidden')), 403, 'a callable without a name is registered too';
is GET_BODY($server->url('/plugin')), 'from a plug-in', 'a handler needs no directive';
is GET_RC($server->url('/index.html?fail')), 500, 'an exception is an error';
like $server->error_log, qr/PYHOOK0005: fixups plugin_one:second raised/, 'under the name of its function';

for my $broken ('plugin_broken', 'no_such_plugin') {
    $server = PyHook::Server->new(children => 1, conf => "PyHookImport plugin_one $broken\n")->start;
    $response = GET $server->url('/index.html');
    is $response->code, 500, "with $broken nothing is served";
    unlike $response->content, qr/plain file/i, "$broken: not even a file";
    is GET_RC($server->url('/no-such-file')), 500, "$broken: and not again";
    is scalar(() = $server->error_log =~ /PYHOOK0008: PyHookImport $broken can't be imported/g),
        1, "$broken: one entry says why";
    like $server->error_log, $broken eq 'plugin_broken' ? qr/OSError: a plug-in that fails/ : qr/ModuleNotFoundError/,
        "$broken: with the traceback";
}

$server = PyHook::Server->new(children => 1, conf => "PyHookImport plugin_broken\nPyHookDebug On\nPyHookWSGIAlias /wsgi plugin_one:application\n")->start;
for my $path ('/index.html', '/wsgi') {
    $response = GET $server->url($path);
    is $response->code, 500, "$path with PyHookDebug: nothing is served";
    like $response->content, qr/^Python, .* could not start.*look for PYHOOK0001, PYHOOK0002, PYHOOK0008 or PYHOOK0060\.$/s, 'and where the reason is, is said';
}

# A module that an interpreter imports for itself guards the requests of that interpreter only.
my $shop = "<Location /shop>\nPyHookRunIn shop\n</Location>\n";
$server = PyHook::Server->new(children => 1, conf => "PyHookInterpreter shop import=plugin_one\n$shop")->start;
is +(GET $server->url('/shop'))->header('X-Fixups'), 'first in shop, second', 'import= registers callables too';
is GET_RC($server->url('/shop/../forbidden')), 404, 'for its own interpreter only';
is +(GET $server->url('/index.html'))->header('X-Fixups'), undef, 'elsewhere they do not run';
for my $members (1, 2) {
    $server = PyHook::Server->new(children => 1, conf => "PyHookInterpreter shop count=$members import=plugin_broken\n$shop")->start;
    is GET_RC($server->url('/shop')), 500, "$members: where import= fails nothing is served";
    is GET_RC($server->url('/index.html')), 200, "$members: elsewhere all is";
    is scalar(() = $server->error_log =~ /PYHOOK0008: PyHookInterpreter import=plugin_broken can't be imported in interpreter 'shop/g),
        $members, "$members: each interpreter has one entry";
}
$server = PyHook::Server->new(children => 1, conf => "PyHookInterpreter shop\nPyHookImport in_main_only\n$shop")->start;
is GET_RC($server->url('/index.html')), 200, 'a module that one interpreter imports';
is GET_RC($server->url('/shop')), 500, 'and another can not';
is scalar(() = $server->error_log =~ /PYHOOK0008: PyHookImport in_main_only can't be imported in interpreter 'shop'/g), 1,
    'is named with the interpreter';

$server = PyHook::Server->new(children => 1, conf => "PyHookSetEnv RUN_IN_VARIABLE x\nPyHookImport run_in\n")->start;
is GET_RC($server->url('/nothing')), 404, 'a module that registers nothing is imported all the same';
like $server->error_log, qr/run_in is imported in main/, 'when the child starts';
