# An answer over HTTP/2 that has arrived whole is no sign of a client that has gone, also where close() is called behind its end.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Config qw(mpm);
use PyHook::Server;
use PyHook::Tls;

plan mpm() eq 'prefork' ? (skip_all => 'mod_http2 does not support prefork') : (tests => 2);

my $asked  = 100;
my $server = PyHook::Server->new(children => 1);
make_certificate($server->{root});
$server->with_conf(<<'CONF' . tls_host($server->port + 1, <<'HOST'))->start;
PyHookWSGIAlias /close wsgi_http2:application
CONF
    Protocols h2 http/1.1
HOST

my $url    = 'https://127.0.0.1:' . ($server->port + 1);
my $answer = `curl -sk --http2 --max-time 60 '$url/close/[1-$asked]'`;
is $answer, 'one two' x $asked, "$asked answers arrive whole";

is_deeply [$server->error_log =~ /.*the client has gone.*/g], [], 'and no client has gone';
