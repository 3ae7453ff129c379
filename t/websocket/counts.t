# /server-status counts suspended requests and WebSockets; the error log says once when they come near the limit of the MPM.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Config qw(mpm);
use PyHook::Server;
use PyHook::Stream qw(open_stream);
use PyHook::Test;
use PyHook::WebSocket;

my $suspends = mpm() eq 'event';
plan tests => 7 + ($suspends ? 7 : 0), need { 'a prefork child serves one connection' => sub { mpm() ne 'prefork' } };

# At most 6 * (1 + 2) = 18 connections.
my $server = PyHook::Server->new(conf => <<'CONF')->start;
ServerLimit 1
StartServers 1
ThreadsPerChild 6
MinSpareThreads 1
MaxSpareThreads 6
MaxRequestWorkers 6
AsyncRequestWorkerFactor 2
PyHookInterpreter other
PyHookASGIAlias /app suspended:app
PyHookSuspendAfter 0
<Location /app/other>
    PyHookRunIn other
</Location>
<Location /status>
    SetHandler server-status
</Location>
CONF

sub count { my ($what) = @_; return (GET_BODY($server->url('/status?auto')) =~ /^PyHook\[main\]$what: (\d+)$/m)[0] }
sub counts { my ($what, $number) = @_; return until_true { count($what) == $number } }

for my $what (qw(Suspended WebSockets)) { is count($what), 0, "no $what" }
is scalar(grep { (readlink($_) // '') =~ /eventfd|eventpoll/ } glob '/proc/' . $server->parent_pid . '/fd/*'), 0,
    'the parent has no poller: its children would share the descriptors';
my @sockets = map { PyHook::WebSocket->connect($server->port, '/app/socket') } 1 .. 2;
ok counts('WebSockets', 2), 'open WebSockets are counted';
if ($suspends) {
    my @streams = map { open_stream($server, '/app/stream') } 1 .. 12;
    $_->next_event for @streams;
    ok counts('Suspended', 14), 'so are suspended requests';
    unlike $server->error_log, qr/PYHOOK0013/, 'fewer than four fifths of the limit are no matter';
    push @streams, open_stream($server, '/app/stream');
    my $said = qr/PYHOOK0013: 15 connections of this child are suspended\. httpd accepts at most 18 in a child, from ThreadsPerChild 6 and AsyncRequestWorkerFactor 2/;
    ok until_true { $server->error_log =~ $said }, 'of more the error log tells';
    like $server->error_log, qr/raise AsyncRequestWorkerFactor, or MaxRequestWorkers/, '… what to do';
    close $_->{socket} for splice @streams, 0, 8;
    ok counts('Suspended', 7), 'whoever has gone is not counted';
    push @streams, map { open_stream($server, '/app/stream') } 1 .. 8;
    ok counts('Suspended', 15), 'when they come again';
    is scalar(() = $server->error_log =~ /PYHOOK0013/g), 1, '… the log does not repeat itself';
    close $_->{socket} for @streams;
}
$_->close_with(1000) for @sockets;
for my $what (qw(Suspended WebSockets)) { ok counts($what, 0), "no $what any more" }
my $page = GET_BODY $server->url('/status');
like $page, qr{<th>Suspended</th><th>WebSockets</th>}, 'the page has columns for them';
