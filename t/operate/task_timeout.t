# PyHookTimeout for requests that an event loop handles: their tasks are cancelled.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY GET_RC);
use IO::Socket::INET;
use PyHook::Test qw(:DEFAULT write_file);
use Time::HiRes qw(sleep);

my %ended = (
    wait => ['a coroutine that waits',                  qr/in wait\n.*\n.*in deeper\n.*\n.*in sleep\n/],
    deaf => ['a coroutine that catches its cancelling', qr/in deaf\n/],
    app  => ['an ASGI application',                     qr/in application\n/],
    socket => ['a handler that does not accept a WebSocket', qr/in hesitate\n.*\n.*in deeper\n/],
    'app/socket' => ['an ASGI application that does not accept a WebSocket', qr/in application\n.*\n.*in deeper\n/],
);
plan tests => 3 * keys(%ended) + 6;

my $server = PyHook::Server->new(children => 1, conf => join('', map { <<CONF } qw(wait deaf stream read told)) . <<'CONF')->start;
<Location /$_>
    PyHookHandler task_timeout:$_
</Location>
CONF
PyHookImport task_timeout
PyHookTimeout 0.6
PyHookASGIAlias /app task_timeout:application
<Location /socket>
    PyHookWebSocket task_timeout:hesitate
</Location>
<Location /open>
    PyHookWebSocket task_timeout:converse
</Location>
<Location /slow>
    PyHookHandler task_timeout:slow
    PyHookTimeout Off slow=0.3
</Location>
CONF

for my $path (sort keys %ended) {
    my ($what, $stack) = @{ $ended{$path} };
    is $path =~ /socket/ ? code_of_socket("/$path?why") : GET_RC($server->url("/$path?why")), 504, "$what is answered with 504";
    my @entries = $server->error_log =~ /^(.*PYHOOK0066: handler GET \/\Q$path\E\?why .*(?:\n.*\| .*)*)/mg;
    is scalar(@entries), 1, '… reported once';
    like "$entries[0]\n", qr/has run for \d+\.\d seconds in Python: it is interrupted \(client 127\.0\.0\.1, [^\0]*$stack/, '… with its stack';
}
is GET_BODY($server->url('/told')), "wait cleaned up\n", '`finally` ran';
like raw_request(asking('/open'), port => $server->port), qr/\r\n\r\n\x81\x08finished\x88/s, 'a WebSocket that is accepted has no time-out';
is GET_BODY($server->url('/stream')), join('', map { "data: $_\n\n" } 0 .. 3), 'a stream of events has no time-out';
my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die $@;
print $client "POST /read HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\n12345";
$client->flush;
sleep 1.5;
print $client '67890';
$client->flush;
like answer_from($client, 10), qr/10 bytes\n$/, 'time that passes while a coroutine waits for its client does not count';
my $go_on = "$server->{root}/slow";
my $slow = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die $@;
print $slow "GET /slow?$go_on HTTP/1.0\r\n\r\n";
$slow->flush;
my $report = qr/PYHOOK0065: handler GET \/slow\?\S+ has run for/;
$server->log_when($report);
write_file($go_on, '');
like answer_from($slow, 20), qr/ended\n$/, 'slow= interrupts nothing';
is scalar(() = $server->error_log =~ /$report/g), 1, '… and reports once';

sub asking {
    my ($path) = @_;
    return "GET $path HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

sub code_of_socket {
    my ($path) = @_;
    return raw_request(asking($path), port => $server->port) =~ /^HTTP\/1\.1 (\d+)/ ? $1 : 'none';
}
