# The handler pyhook-metrics tells Prometheus what the interpreters do, without Python.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY POST);
use PyHook::Test;

my $parser = '/usr/bin/python3';
my $parses = !system $parser, '-c', 'import prometheus_client.openmetrics.parser';
plan tests => 16;

my $server = PyHook::Server->new(children => 1, conf => <<'CONF')->start;
ExtendedStatus On
PyHookInterpreter shop count=2
<Location /pid>
    PyHookHandler timeout:pid
</Location>
<Location /metrics>
    SetHandler pyhook-metrics
</Location>
CONF
GET_BODY($server->url('/pid')) for 1 .. 3;

my $answer = GET($server->url('/metrics'), Accept => 'application/openmetrics-text; version=1.0.0');
is $answer->code, 200, 'metrics';
is $answer->header('Content-Type'), 'application/openmetrics-text; version=1.0.0; charset=utf-8', '… of the type that was asked for';
like $answer->content, qr/^pyhook_calls_total\{interpreter="main"\} 3\n/m, '… with the calls';
like $answer->content, qr/^pyhook_calls_total\{interpreter="shop\/2"\} 0\n/m, '… of each interpreter';
like $answer->content, qr/^# TYPE pyhook_call_seconds counter\n# UNIT pyhook_call_seconds seconds\n/m, '… with their units';
like $answer->content, qr/\n# EOF\n\z/, '… to the end';

my $older = GET($server->url('/metrics'), Accept => 'text/plain');
is $older->header('Content-Type'), 'text/plain; version=0.0.4; charset=utf-8', 'the older format';
like $older->content, qr/^# TYPE pyhook_calls_total counter\n/m, '… names samples';
unlike $older->content, qr/EOF|UNIT/, '… and knows neither units nor an end';
is POST($server->url('/metrics'))->code, 405, 'GET only';

SKIP: {
    skip 'there is no python3-prometheus-client', 2 unless $parses;
    is parsed('openmetrics.', $answer->content), 3, "Prometheus' parser of OpenMetrics reads it";
    is parsed('', $older->content), 3, '… and that of the older format';
}

# The memory of each child, here and in /server-status.
my $two = PyHook::Server->new(children => 2, conf => <<'CONF')->start;
<Location /metrics>
    SetHandler pyhook-metrics
</Location>
<Location /status>
    SetHandler server-status
</Location>
CONF
until_true { 2 == grep { defined } memories() } for 1 .. 3; # a child that has done nothing yet tells it late
is join(' ', map { $_->[0] } memories()), '0 1', 'each child has a sample of its memory';
ok until_true { agree(map { $_->[1] } memories()) }, '… which is what the kernel says';
ok until_true { agree(GET_BODY($two->url('/status?auto')) =~ /^PyHookChild\[[01]\]Memory: (\d+)$/mg) }, 'so does /server-status';
like GET_BODY($two->url('/status')), qr{<tr><td>1</td><td>\d+ MB</td></tr>}, '… for people, too';

# [the place of a child, its bytes] for each
sub memories {
    my @all;
    my $text = GET_BODY($two->url('/metrics'));
    push @all, [$1, $2] while $text =~ /^pyhook_child_memory_bytes\{child="(\d+)"\} (\S+)$/mg;
    return @all;
}

# Are these the resident bytes of the two children, which grow a little with every request?
sub agree {
    my @shown = sort { $a <=> $b } @_;
    my @real = sort { $a <=> $b } map { 1024 * PyHook::Server::_memory_kb('VmRSS', $_) } $two->child_pids;
    return @shown == 2 && @real == 2 && !grep { abs($shown[$_] - $real[$_]) > 0.1 * $real[$_] } 0, 1;
}

# The calls of the main interpreter, as the parser understands them.
sub parsed {
    my ($format, $text) = @_;
    my $code = "from prometheus_client.${format}parser import text_string_to_metric_families as parse; import sys;"
        . 'print(sum(int(s.value) for f in parse(sys.argv[1]) for s in f.samples'
        . ' if s.name == "pyhook_calls_total" and s.labels["interpreter"] == "main"))';
    open my $output, '-|', $parser, '-c', $code, $text or die $!;
    chomp(my $value = <$output> // '');
    return $value;
}
