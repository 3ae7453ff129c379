# Applications whose lifespan is wrong, or that fail while they shut down: the error log says so.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use PyHook::Server;
use PyHook::Test;

plan tests => 11;

my $server = PyHook::Server->new(children => 1, conf => <<'CONF')->start;
PyHookASGIAlias /fails lifespan_ends:fails
PyHookASGIAlias /raises lifespan_ends:raises
PyHookASGIAlias /insists lifespan_ends:insists
PyHookASGIAlias /breaks lifespan_ends:breaks
PyHookASGIAlias /cancelled lifespan_ends:cancelled
PyHookASGIAlias /plain lifespan_ends:plain
CONF
for my $name (qw(fails raises insists breaks cancelled plain)) {
    is GET_BODY($server->url("/$name")), 'served', "$name serves";
}
ok until_true { $server->error_log =~ /an application's lifespan raised.*LookupError: between start and end/s }, 'an exception between start and end';
like $server->error_log, qr/an application's lifespan sent 'lifespan\.startup\.complete': expected nothing now/, 'an answer that nobody waits for';
$server->graceful;
ok until_true { $server->error_log =~ /it shuts down all the same/ }, '… is not taken for that of the shutdown';
ok until_true { $server->error_log =~ /an application could not shut down: the disk is full/ }, 'the reason of lifespan.shutdown.failed';
ok until_true { $server->error_log =~ /an application raised while it shut down.*LookupError: nowhere to write/s }, 'an exception';
$server->stop;
