# The handler pyhook-metrics tells of worker processes, and of requests that found none.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY GET_RC);
use IO::Socket::INET;
use PyHook::Server;
use PyHook::Test;

plan skip_all => 'Valgrind would follow into every process' if ($ENV{PYHOOK_UNDER} // '') eq 'memcheck';
my $parser = '/usr/bin/python3';
my $parses = !system $parser, '-c', 'import prometheus_client.openmetrics.parser';
plan tests => 15;

my $server = PyHook::Server->new(children => 4, conf => <<'CONF')->start;
PyHookProcesses shop processes=2 threads=2
PyHookProcesses full threads=1 queue=0
PyHookProcesses late threads=1 queue=5 queue-timeout=1s
PyHookWSGIAlias /shop processes_apps:hello
PyHookWSGIAlias /full processes_apps:echo
PyHookWSGIAlias /late processes_apps:echo
<Location /metrics>
    SetHandler pyhook-metrics
</Location>
PyHookRunIn shop
<Location /full>
    PyHookRunIn full
</Location>
<Location /late>
    PyHookRunIn late
</Location>
CONF

# One sample; undef if it is not there.
sub sample {
    my ($name, $labels) = @_;
    return GET_BODY($server->url('/metrics')) =~ /^\Q$name\E\{\Q$labels\E\} (\S+)$/m ? $1 : undef;
}
sub of { my ($process) = @_; my $line = $process =~ s/\/.*//r; qq(processes="$line",process="$process") }
sub sum { my ($name, @processes) = @_; my $sum = 0; $sum += sample($name, of($_)) // 0 for @processes; return $sum }

# A request that a process works for until its connection is closed.
sub begin {
    my ($path) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $!";
    print $socket "POST $path HTTP/1.0\r\nContent-Length: 10\r\n\r\n"; # and no body
    $socket->flush;
    return $socket;
}

ok +(until_true { 4 == sum('pyhook_process_up', qw(shop/1 shop/2 full/1 late/1)) }), 'all processes are there';
is GET_RC($server->url('/shop')), 200, 'a request' for 1 .. 3;
becomes { sum('pyhook_process_requests_total', qw(shop/1 shop/2)) } 3, 'is counted';
is sum('pyhook_process_starts_total', qw(shop/1 shop/2)), 2, 'the processes that were started';
cmp_ok sample('pyhook_process_memory_bytes', of('shop/1')), '>', 1 << 20, 'their memory';
like sample('pyhook_process_age_seconds', of('shop/1')), qr/^\d+$/, 'their age';

my $busy = begin('/full');
ok +(until_true { sample('pyhook_process_requests_in_flight', of('full/1')) == 1 }), 'a request in flight';
is GET_RC($server->url('/full')), 503, 'a full queue' for 1 .. 2;
becomes { sample('pyhook_processes_refused_total', 'processes="full",reason="queue"') } 2, 'is counted';

my $first = begin('/late');
until_true { sample('pyhook_process_requests_in_flight', of('late/1')) == 1 };
GET_RC $server->url('/late');
becomes { sample('pyhook_processes_refused_total', 'processes="late",reason="queue-timeout"') } 1, 'so is a request that waited too long';
becomes { sample('pyhook_processes_waiting', 'processes="late"') } 0, 'which waits no more';

SKIP: {
    skip 'there is no python3-prometheus-client', 1 unless $parses;
    my $code = 'from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse; import sys;'
        . 'print(*[int(s.value) for f in parse(sys.argv[1]) for s in f.samples if s.name == "pyhook_processes_refused_total"])';
    open my $output, '-|', $parser, '-c', $code, GET($server->url('/metrics'), Accept => 'application/openmetrics-text')->content or die $!;
    like <$output> // '', qr/^0 0 2 0 0 1$/, "Prometheus' parser of OpenMetrics reads them";
}
