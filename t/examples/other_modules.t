# Modules of httpd that call Python by mod_pyhook.h: one in C, and mod_lua's r.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;

use PyHook::Config qw(top);
use PyHook::Server;
use PyHook::Test qw(config_test until_true);

my $built = top() . '/compiled';
plan skip_all => "needs -DPYHOOK_TESTS=ON and the headers of mod_lua's Lua" unless -e "$built/mod_greeting.so" && -e "$built/mod_lua_pyhook.so";

my $load = "LoadModule greeting_module $built/mod_greeting.so\n";
my $conf = $load . "LoadModule lua_module $ENV{PYHOOK_LIBEXEC}/mod_lua.so\nLoadModule lua_pyhook_module $built/mod_lua_pyhook.so\n"
    . 'PyHookPath ' . top() . "/t/examples\n";
for my $name (qw(greet alone nothing number forbidden broken wrong absent)) {
    $conf .= "<Location /$name>\nGreetingFrom other_callables:$name\n</Location>\n";
}
$conf .= 'LuaMapHandler /lua ' . top() . "/t/examples/other_modules.lua\n";

my $server = PyHook::Server->new(conf => $conf, children => 1);
$server->start;

sub answer { my $response = GET($server->url($_[0])); return $response->code . ' ' . $response->content }

sub logged {
    my ($pattern) = @_;
    return until_true { $server->error_log =~ $pattern };
}

is answer('/greet?ada%20%FF'), '200 Hello, ada%20%FF from /greet', 'a callable gets the request and the text';
is answer('/alone'), '200 alone', 'or the request alone';
is answer('/nothing'), '200 ', 'None is no text';
is answer('/number'), '200 42', 'a number is text';
like answer('/forbidden'), qr/^403 /, 'an HTTPError is its status';
for my $name (qw(broken wrong absent)) {
    like answer("/$name"), qr/^500 /, "$name: a failure is 500";
    ok logged(qr/PYHOOK\d{4}: other_module other_callables:$name /), "$name: and logged with its callable";
}
like config_test($load . "<Location />\nGreetingFrom no-callable\n</Location>\n"), qr/'no-callable' is not module:callable/,
    'a name that is none is refused when the configuration is read';

is answer('/lua?call=greet&text=bob'), '200 Hello, bob from /lua 0', "Lua's r calls Python";
is answer('/lua?call=alone'), '200 alone 0', 'without a text';
is answer('/lua?call=nothing'), '200 nil 0', 'None is nil';
is answer('/lua?call=forbidden'), '200 nil 403', 'and a failure is a status beside nil';
is answer('/lua?call=broken'), '200 nil 500', 'that of an exception, too';
is answer('/lua?call=greet&text=again'), '200 Hello, again from /lua 0', "and r is extended once for all requests";

is answer('/lua?runs=1'), '200 true', 'Python runs';

done_testing;
