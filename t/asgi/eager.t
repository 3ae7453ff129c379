# An event loop with a task factory of the application, which runs the first step of a task at once: a request may be over
# before its task has been started.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use PyHook::Server;
use PyHook::Test;

plan tests => 6;

my $server = PyHook::Server->new(children => 1, conf => <<'CONF')->start;
PyHookTimeout 30
PyHookASGIAlias /asgi eager:application
PyHookHandler eager:page
<Location /become>
    PyHookHandler eager:become
</Location>
<Location /raises>
    PyHookHandler eager:raises
</Location>
CONF

like GET_BODY($server->url('/page')), qr/^page of \d+$/, 'a task of asyncio';
like GET_BODY($server->url('/become')), qr/^eager \d+$/, 'the application chooses its own';
my %answers = map { GET_BODY($server->url($_ % 2 ? '/page' : '/asgi')) => 1 } 1 .. 50;
is scalar(keys %answers), 2, 'all are answered, by one child';
is GET_BODY($server->url('/asgi')), 'application', 'an application of ASGI';
like GET_BODY($server->url('/raises')), qr/Internal Server Error/, 'what one raises at once is an error';
$server->stop;
unlike $server->error_log, qr/${\crashed_or_late()}/, 'no child crashed';
