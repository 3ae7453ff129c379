# conn.state in a pool: the requests of a connection find what PyHookPreConnection keeps there, whatever else the pool
# does.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Test;

plan tests => 2;

my $server = PyHook::Server->new(children => 1, conf => <<'CONF')->start;
PyHookInterpreter pool count=3
PyHookRunIn pool
PyHookPreConnection state_in_pool:remember
PyHookHandler state_in_pool:recall
CONF
my $url = $server->url;
is join('', map { `curl -s -m 20 $url` } 1 .. 12), "hello\n" x 12, 'a connection each';
is `curl -s -m 20 @{[($url) x 12]}`, "hello\n" x 12, 'twelve requests on one connection';
