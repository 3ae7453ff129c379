# WebSocket over HTTP/2 (RFC 8441): mod_http2 makes an upgrade of an extended CONNECT, if H2WebSockets is on.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Config qw(mpm top);
use PyHook::Server;
use PyHook::Test;
use PyHook::Tls;

my $python = '/usr/bin/python3';
plan skip_all => 'mod_http2 needs a threaded MPM' if mpm() eq 'prefork';
plan skip_all => 'there is no module h2: install python3-h2' if system("$python -c 'import h2' 2>/dev/null");
my ($status) = config_test("H2WebSockets On\n");
plan skip_all => 'this mod_http2 has no H2WebSockets (2.4.58)' if $status;
plan tests => 11;

sub server {
    my ($more) = @_;
    return PyHook::Server->new(children => 1, conf => <<"CONF")->start;
Protocols h2c http/1.1
PyHookASGIAlias /websocket websocket_app:app
<Location /websocket/guarded>
    Require all denied
</Location>
$more
CONF
}
sub client { my ($server, @words) = @_; return talk($server->port, @words) }
sub talk { my ($port, @words) = @_; return `timeout 60 $python ${\ top()}/t/websocket/http2_client.py $port @words` }

my $server = server('H2WebSockets On');
my $seen = <<'SEEN';
offered
status 200
sec-websocket-protocol chat
81:b'hello' 8a:b'ping'
82:60000 bytes 82:60000 bytes 82:60000 bytes
88:b'\x0f\xa0'
ended by end
SEEN
is client($server, '/websocket/echo', 'sec-websocket-protocol=chat'), $seen, 'a conversation over a stream';
ok until_true { GET_BODY($server->url('/websocket/ends')) =~ /4000:done Disconnected/ }, 'the application hears code and reason';
is client($server, '/websocket/deny'), "offered\nstatus 403\n", 'an application refuses';
is client($server, '/websocket/page'), "offered\nstatus 401\n", 'with a page of its own';
is client($server, '/websocket/guarded'), "offered\nstatus 403\n", 'who may come is decided before';
unlike $server->error_log, qr/Traceback/, 'nothing went wrong';
$server->stop;

$server = server("H2WebSockets On\nPyHookProcesses apart\nPyHookRunIn apart");
is client($server, '/websocket/echo', 'sec-websocket-protocol=chat'), $seen, 'a conversation of a process';
ok until_true { GET_BODY($server->url('/websocket/ends')) =~ /4000:done Disconnected/ }, 'where the application hears code and reason';
is client($server, '/websocket/page'), "offered\nstatus 401\n", 'and answers with a page of its own';
$server->stop;

$server = server('');
like client($server, '/websocket/echo'), qr/^not offered\nstatus reset \d+\n/, 'without H2WebSockets it is not offered';
$server->stop;

$server = PyHook::Server->new(children => 1);
make_certificate($server->{root});
my $secure = $server->port + 1;
$server->with_conf(tls_host($secure, <<'CONF'))->start;
    Protocols h2 http/1.1
    H2WebSockets On
    PyHookASGIAlias /websocket websocket_app:app
CONF
is talk("tls:$secure", '/websocket/echo', 'sec-websocket-protocol=chat'), $seen, 'a conversation over a stream inside TLS';
$server->stop;
