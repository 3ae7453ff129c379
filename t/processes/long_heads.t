# Heads that are longer than what a worker process can send: a process gets those of requests, however long httpd lets
# them be, and an application that makes such a one of a response has an error.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET);
use PyHook::Server;
use PyHook::Test;

my @kinds = qw(wsgi handler asgi);
plan tests => 4 * @kinds + 5;

my $server = PyHook::Server->new(conf => <<'CONF')->start;
LimitRequestFieldSize 300000
PyHookProcesses long
PyHookWSGIAlias /wsgi long_heads:wsgi
PyHookASGIAlias /asgi long_heads:asgi
<Location /handler>
    PyHookHandler long_heads:handler
</Location>
<Location />
    PyHookRunIn long
</Location>
CONF

sub raw {
    my ($path, @lines) = @_;
    return raw_request(join("\r\n", "GET $path HTTP/1.1", 'Host: localhost', @lines, '', ''), port => $server->port);
}

for my $kind (@kinds) {
    is GET($server->url("/$kind?1"), map { ("X-Long-$_" => 'x' x 250_000) } 1 .. 20)->content, 5_000_000, "$kind: a long head of a request";
    is length((raw("/$kind?1000000", 'Connection: close') =~ m{\AHTTP/1.1 200 .*^X-Long: (x*)\r$}msi)[0] // ''), 1_000_000,
        "$kind: a head of a response that is just not too long";
    is GET($server->url("/$kind?1100000"))->code, 500, "$kind: one that is too long";
    is GET($server->url("/$kind?1"))->content, 0, '… does no harm to the next one';
}
is GET($server->url('/handler?-1100000'))->code, 500, 'an HTTPError with a head that is too long';
my @upgrade = ('Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==');
like raw('/asgi?1100000', @upgrade), qr{\AHTTP/1.1 500 }, 'a WebSocket with one';
my $log = $server->error_log;
for my $what (qw(wsgi asgi)) {
    like $log, qr/PYHOOK0005: $what long_heads:$what raised .*\n(?:.*\n)*?.*\| ValueError: the status and the headers have more than 1047576 bytes/, "$what: the log says so";
}
like $log, qr/PYHOOK0005: handler long_heads:handler raised .*\n(?:.*\n)*?.*\| ValueError: headers_out is longer than 1048576 bytes/, 'and of handlers';
