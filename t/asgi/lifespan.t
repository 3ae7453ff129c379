# Applications that fail while they shut down: the error log says so.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use PyHook::Server;
use PyHook::Test;

plan tests => 4;

my $server = PyHook::Server->new(children => 1, conf => <<'CONF')->start;
PyHookASGIAlias /fails lifespan_ends:fails
PyHookASGIAlias /raises lifespan_ends:raises
CONF
for my $name (qw(fails raises)) {
    is GET_BODY($server->url("/$name")), 'served', "$name serves";
}
$server->graceful;
ok until_true { $server->error_log =~ /an application could not shut down: the disk is full/ }, 'the reason of lifespan.shutdown.failed';
ok until_true { $server->error_log =~ /an application raised while it shut down.*LookupError: nowhere to write/s }, 'an exception';
$server->stop;
