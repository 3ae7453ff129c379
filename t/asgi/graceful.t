# Graceful restarts while event streams run: each ends complete, its application shuts down, and no request is lost.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Config qw(mpm);
use PyHook::Load qw(while_loaded);
use PyHook::Stream qw(open_stream);
use PyHook::Test;

my $restarts = $ENV{PYHOOK_LONG} ? 50 : 3;
my @paths    = ('/events', '/asgi/events') x 3;
plan tests => 5, need { 'streams would keep all children of prefork' => sub { mpm() ne 'prefork' } };

my $server = PyHook::Server->new(children => 2, conf => <<'CONF')->start;
PyHookASGIAlias /asgi asgi_apps:app
PyHookHandler graceful:page
<Location /events>
    PyHookHandler graceful:events
</Location>
CONF

my ($began, $ended) = (0, 0);
my $seen = while_loaded($server, sub {
    for (1 .. $restarts) {
        my @streams = map { open_stream($server, $_) } @paths;
        $began += grep { $_->next_event =~ /^data: / } @streams;
        $server->graceful;
        $ended += grep { $_->ends } @streams;
    }
});
is $began, $restarts * @paths, 'streams begin';
is $ended, $restarts * @paths, '… and end whole at each restart';
is "@{ $seen->{failures} }", '', 'no other request is lost';
$server->stop;
my $log = $server->error_log;
cmp_ok scalar(() = $log =~ /the application has shut down/g), '>=', $restarts, 'applications shut down';
unlike $log, qr/${\crashed_or_late()}|Task was destroyed|never awaited/, 'nothing crashes or hangs';
