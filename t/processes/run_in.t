# PyHookRunIn with processes: what can't run there is refused by the check of the configuration, or, where only a
# request can tell, request by request. It never runs in httpd's child instead.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY GET_RC);
use PyHook::Server;
use PyHook::Test;

my $sent = qr/PyHookRunIn sends this place to the processes 'shop', but/;
my $sockets = qr/$sent processes run applications and content handlers, and no handlers of WebSockets: write PyHookRunIn main at this place, or an interpreter/;
my $preloads = qr/$sent preload loads the application in httpd's children: leave the word away, and write import= into the PyHookProcesses line/;

sub in { my ($section, @lines) = @_; join("\n", "<$section>", @lines, '</' . ($section =~ s/ .*//r) . '>') }
my $there = 'PyHookRunIn shop';
my $handler = 'PyHookWebSocket a:b';

my @refused = (
    ['beside the line', in('Location /x', $there, $handler), 'PyHookWebSocket', $sockets],
    ['before the line', in('Location /x', $handler, $there), 'PyHookWebSocket', $sockets],
    ['a pattern', in('LocationMatch ^/x', $there, $handler), 'PyHookWebSocket', $sockets],
    ['a directory', in('Directory /srv', $there, $handler), 'PyHookWebSocket', $sockets],
    ['an outer section', in('Directory /srv', $there, in('Files x', $handler)), 'PyHookWebSocket', $sockets],
    ['a condition', in('Location /x', in('If true', $there, $handler)), 'PyHookWebSocket', $sockets],
    ['another section above', in('Location /x', $there) . "\n" . in('Location /x/y/', $handler), 'PyHookWebSocket', $sockets],
    ['one for all', in('Location /', $there) . "\n" . in('Location "/x"', $handler), 'PyHookWebSocket', $sockets],
    ['a later section', in('Location /x', 'PyHookRunIn main', $handler) . "\n" . in('Location /x', $there), 'PyHookWebSocket', $sockets],
    ['inside <IfModule>', in('IfModule mod_pyhook.c', $there) . "\n" . in('IfModule mod_pyhook.c', $handler), 'PyHookWebSocket', $sockets],
    ['the server', "$there\n" . in('Location /x', $handler), 'PyHookWebSocket', $sockets],
    ['a virtual host', in('VirtualHost *', $there, in('Location /x', $handler)), 'PyHookWebSocket', $sockets],
    ['the main server, for a virtual host', "$there\n" . in('VirtualHost *', in('Location /x', $handler)), 'PyHookWebSocket', $sockets],
    ['a section of the main server, for a virtual host', in('Location /x', $there) . "\n" . in('VirtualHost *', in('Location /x', $handler)),
        'PyHookWebSocket', $sockets],
    ['preload of ASGI', in('Location /x', $there, 'PyHookASGI a:b preload'), 'PyHookASGI', $preloads],
    ['preload of an alias below', in('Location /x', $there) . "\nPyHookASGIAlias /x/y a:b preload", 'PyHookASGIAlias', $preloads],
    ['preload of an alias of the server', "$there\nPyHookASGIAlias /x a:b preload", 'PyHookASGIAlias', $preloads],
    ['preload', in('Location /x', $there, 'PyHookWSGI a:b preload'), 'PyHookWSGI', $preloads],
    ['preload of an alias', in('Location /x', $there) . "\nPyHookWSGIAlias /x a:b preload", 'PyHookWSGIAlias', $preloads],
);
my @taken = (
    ['beside another section', in('Location /x', $there) . "\n" . in('Location /xy', $handler)],
    ['where an inner section names an interpreter', in('Location /x', $there) . "\n" . in('Location /x/y', 'PyHookRunIn main', $handler)],
    ['where a virtual host does', "$there\n" . in('VirtualHost *', 'PyHookRunIn main', in('Location /x', $handler))],
    ['where a condition does', "$there\n" . in('If true', 'PyHookRunIn main') . "\n" . in('Location /x', $handler)],
    ['none', in('Location /x', $there, 'PyHookWebSocket none', 'PyHookASGI none')],
    ['WSGI', in('Location /x', $there, 'PyHookWSGI a:b') . "\nPyHookWSGIAlias /x/y a:b"],
    ['ASGI', in('Location /x', $there, 'PyHookASGI a:b') . "\nPyHookASGIAlias /x/y a:b"],
    ['content handlers', in('Location /x', $there, 'PyHookHandler a:b c:d')],
    ['access control', in('Location /x', $there, 'PyHookAccessChecker a:b', 'PyHookFixups a:b')],
);
plan tests => @refused + @taken + 5;

my $tested = PyHook::Server->new;
for my $case (@refused) {
    my ($what, $text, $directive, $pattern) = @$case;
    my ($status, $said) = $tested->with_conf("PyHookProcesses shop\n$text\n")->config_test;
    ok $status != 0 && $said =~ /Syntax error on line \d+ of \S+\/httpd\.conf:\s(?:\S+ )?$directive: $pattern\n/, "refused: $what"
        or diag "status $status, said: $said";
}
for my $case (@taken) {
    my ($what, $text) = @$case;
    my ($status, $said) = $tested->with_conf("PyHookProcesses shop\n$text\n")->config_test;
    ok $status == 0 && $said =~ /Syntax OK/, "taken: $what" or diag "status $status, said: $said";
}

# Which sections a request gets, only the request shows.
my $server = PyHook::Server->new(conf => <<"CONF", children => 1)->start;
PyHookProcesses shop
<LocationMatch "^/sent">
    PyHookRunIn shop
</LocationMatch>
<LocationMatch "^/handler\$">
    PyHookHandler processes_apps:in_child
</LocationMatch>
<LocationMatch "socket\$">
    PyHookWebSocket processes_apps:in_child
</LocationMatch>
CONF
is GET_BODY($server->url('/handler')), 'in the child', 'a handler elsewhere runs';
my @upgrade = (Connection => 'Upgrade', Upgrade => 'websocket', 'Sec-WebSocket-Version' => 13, 'Sec-WebSocket-Key' => 'AAAAAAAAAAAAAAAAAAAAAA==');
is GET($server->url('/sent/socket'), @upgrade)->code, 500, 'a handler of WebSockets is refused';
like $server->error_log, qr/PYHOOK0086: websocket processes_apps:in_child is not called: PyHookRunIn sends its place to the processes 'shop', which run no handlers of WebSockets \(request \S+\)$/m,
    'with an entry';
unlike $server->error_log, qr/in_child was called/, 'and none has run';
is GET_RC($server->url('/handler')), 200, 'the child goes on';
