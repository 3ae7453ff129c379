# pyhook-metrics tells how long callables take and what they wait for, summed over all children.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY POST_BODY);
use IO::Socket::INET;
use PyHook::Config qw(mpm new_directory);
use PyHook::Test;

plan tests => 51;

my @handlers = qw(slow raises coroutine stream waits blocks computes);
my $conf = join '', map("<Location /$_>\n    PyHookHandler latency:$_\n</Location>\n", @handlers), <<'CONF';
PyHookWSGIAlias /wsgi latency:wsgi
PyHookASGIAlias /asgi latency:asgi
<Location /quick>
    PyHookAccessChecker latency:look
    PyHookHandler latency:quick
    Header set X-Value "expr=%{pyhook:latency:provider x}"
</Location>
<Location /stream>
    PyHookSuspendAfter 0
</Location>
<Location /metrics>
    SetHandler pyhook-metrics
</Location>
PyHookOutputFilter UPPER latency:upper
PyHookOutputFilter SLEEPY latency:sleepy
PyHookOutputFilter RAISING latency:raising
PyHookOutputFilter LEAVING latency:leaving
PyHookInputFilter LOWER latency:lower
<Location /filtered>
    PyHookHandler latency:echo
    SetOutputFilter UPPER
    SetInputFilter LOWER
</Location>
<Location /nested>
    PyHookHandler latency:quick
    SetOutputFilter UPPER;SLEEPY
</Location>
<Location /raising>
    PyHookHandler latency:quick
    SetOutputFilter RAISING
</Location>
<Location /leaving>
    PyHookHandler latency:quick
    SetOutputFilter LEAVING
</Location>
CONF

sub metrics { GET_BODY($_[0]->url('/metrics')) }

# The value of the sample with these labels, or undef.
sub value {
    my ($text, $sample) = @_;
    return ($text =~ /^\Q$sample\E (\S+)$/m)[0];
}

sub calls {
    my ($text, $phase, $callable) = @_;
    return value($text, qq(pyhook_callable_seconds_count{interpreter="main",phase="$phase",callable="latency:$callable"}));
}

sub seconds {
    my ($text, $phase, $callable) = @_;
    return value($text, qq(pyhook_callable_seconds_sum{interpreter="main",phase="$phase",callable="latency:$callable"}));
}

sub at_most {
    my ($text, $bound, $callable) = @_;
    return value($text,
        qq(pyhook_callable_seconds_bucket{interpreter="main",phase="handler",callable="latency:$callable",le="$bound"}));
}

# Sends a request and does not wait for its answer.
sub ask {
    my ($server, $path) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $!";
    print $socket "GET $path HTTP/1.0\r\n\r\n";
    return $socket;
}

sub answer { my ($socket) = @_; local $/; return scalar <$socket> }

# A name for a file that a handler waits for.
my $directory = new_directory('gates');
chmod 0755, $directory;
my $gates = 0;
sub gate { "$directory/" . ++$gates }
sub open_gate { open my $file, '>', $_[0] or die "$_[0]: $!" }

my $server = PyHook::Server->new(conf => "ExtendedStatus On\n$conf", children => 2)->start;

GET $server->url('/quick') for 1 .. 20;
my $text = metrics($server);
is calls($text, 'handler', 'quick'), 20, 'the calls of both children are counted';
is calls($text, 'access_checker', 'look'), 20, '… in each phase';
is calls($text, 'expr', 'provider'), 20, '… and of an expression';
is at_most($text, '+Inf', 'quick'), 20, '… and the last step has all of them';

GET $server->url('/slow');
$text = metrics($server);
is at_most($text, '0.02', 'slow'), 0, 'a call of 30 ms took longer than 20 ms';
is at_most($text, '+Inf', 'slow'), 1, '… and is counted';
cmp_ok seconds($text, 'handler', 'slow'), '>=', 0.03, '… with its time';

is GET($server->url('/raises'))->code, 500, 'a handler raises';
is GET_BODY($server->url('/wsgi')), 'wsgi', 'a WSGI application answers';
is GET_BODY($server->url('/asgi')), 'asgi', 'an ASGI application answers';
is GET_BODY($server->url('/coroutine')), 'coroutine', 'a coroutine answers';
is calls(metrics($server), 'handler', 'raises'), 1, 'a call that raised is counted';
is calls(metrics($server), 'wsgi', 'wsgi'), 1, '… and a WSGI application';
becomes { calls(metrics($server), 'asgi', 'asgi') } 1, '… and an ASGI application';
becomes { calls(metrics($server), 'handler', 'coroutine') } 1, '… and a coroutine';

is POST_BODY($server->url('/filtered'), content => 'ab' x 100_000), 'AB' x 100_000, 'a body passes two filters';
becomes { calls(metrics($server), 'input filter', 'lower') } 1, 'an input filter is counted once for a body of several pieces';
becomes { calls(metrics($server), 'output filter', 'upper') } 1, '… and an output filter';
is GET_BODY($server->url('/nested')), 'QUICK', 'a filter passes on to another one';
becomes { calls(metrics($server), 'output filter', 'upper') } 2, '… and both are counted';
becomes { calls($text = metrics($server), 'output filter', 'sleepy') } 1, '… once for their stream';
cmp_ok seconds($text, 'output filter', 'sleepy'), '>=', 0.3, 'the time of a filter is the sum of its calls';
cmp_ok seconds($text, 'output filter', 'upper'), '<', seconds($text, 'output filter', 'sleepy'),
    '… without that of what stands below it';
is GET($server->url('/raising'))->code, 500, 'a filter raises';
is GET_BODY($server->url('/leaving')), 'quick', 'a filter declines';
becomes { calls(metrics($server), 'output filter', 'raising') } 1, 'a filter that raised is counted';
becomes { calls(metrics($server), 'output filter', 'leaving') } 1, '… and one that declined';

my $end = gate();
my $stream = ask($server, "/stream?$end");
my $suspends = mpm() eq 'prefork' ? 0 : 1;
is until_true { $text = metrics($server); value($text, 'pyhook_requests_suspended{interpreter="main"}') == $suspends }, 1,
    'a stream goes on';
is calls($text, 'handler', 'stream'), undef, '… and is not counted before its end';
open_gate($end);
like answer($stream), qr/end$/, '… which comes';
is until_true { calls(metrics($server), 'handler', 'stream') }, 1, '… once';

my $done = gate();
my $waiting = ask($server, "/waits?$done");
is until_true { value(metrics($server), 'pyhook_threads_busy{interpreter="main"}') }, 1, 'a thread is busy';
open_gate($done);
like answer($waiting), qr/waited$/, '… until the handler returns';
is until_true { value(metrics($server), 'pyhook_threads_busy{interpreter="main"}') == 0 }, 1, '… and then is not';

my $free = gate();
my $blocked = ask($server, "/blocks?$free");
is until_true { value(metrics($server), 'pyhook_loop_lag_seconds{interpreter="main"}') > 0.5 }, 1,
    'an event loop that is blocked lags behind';
open_gate($free);
like answer($blocked), qr/waited$/, '… until it goes on';
is until_true { value(metrics($server), 'pyhook_loop_lag_seconds{interpreter="main"}') == 0 }, 1, '… and then does not';
$text = metrics($server);
cmp_ok value($text, 'pyhook_loop_wait_seconds_count{interpreter="main"}'), '>',
    value($text, 'pyhook_loop_wait_seconds_bucket{interpreter="main",le="0.2"}'), '… and the histogram keeps it';

SKIP: {
    skip 'there is no GIL that two threads want', 2 if mpm() eq 'prefork' || has_no_gil();
    my $waits = 'pyhook_gil_wait_seconds_count{interpreter="main"}';
    is until_true {
        answer($_) for map { ask($server, '/computes') } 1 .. 6;
        value($text = metrics($server), $waits) > 0;
    }, 1, 'threads wait for the GIL';
    cmp_ok value($text, $waits =~ s/count/sum/r), '>', 0, '… for some time';
}

my $before = calls(metrics($server), 'handler', 'quick');
my ($child) = $server->child_pids;
kill KILL => $child;
until_true { !grep { $_ == $child } $server->child_pids };
is calls(metrics($server), 'handler', 'quick'), $before, 'what a dead child has done still counts';
GET $server->url('/quick');
is calls(metrics($server), 'handler', 'quick'), $before + 1, '… and more is added';

my $parser = '/usr/bin/python3';
my $code = 'import sys; from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse;'
    . 'print(*sorted(f.name + " " + f.type for f in parse(sys.stdin.read()) if f.type in ("histogram", "summary")))';
SKIP: {
    skip 'there is no python3-prometheus-client', 1 if system $parser, '-c', 'import prometheus_client.openmetrics.parser';
    my $file = gate();
    open my $out, '>', $file or die "$file: $!";
    print $out metrics($server);
    close $out;
    is `$parser -c '$code' <$file`, "pyhook_callable_seconds histogram pyhook_gil_wait_seconds summary"
        . " pyhook_loop_wait_seconds histogram\n", "Prometheus' parser checks the steps of each histogram";
}

$server->graceful;
is calls(metrics($server), 'handler', 'quick'), undef, 'a new generation begins at nothing';

my $many = join '', map "<Location /n$_>\n    PyHookHandler latency:number$_\n</Location>\n", 1 .. 600;
my $crowded = PyHook::Server->new(conf => "ExtendedStatus On\n$many$conf", children => 1)->start;
GET $crowded->url("/n$_") for 1 .. 600;
$text = metrics($crowded);
my $others = 'pyhook_callable_seconds_count{interpreter="main",phase="other",callable="other"}';
my $own = () = $text =~ /^pyhook_callable_seconds_count\{.*number/mg;
is $own, 512, 'so many callables have a histogram of their own';
is value($text, $others), 600 - 512, '… and the others one together';
GET $crowded->url("/n$_") for 1, 600;
$text = metrics($crowded);
is calls($text, 'handler', 'number1'), 2, 'a callable that has one keeps it';
is value($text, $others), 601 - 512, '… and one that has none still shares';

my $plain = PyHook::Server->new(conf => "ExtendedStatus Off\n$conf", children => 1)->start;
GET $plain->url('/quick');
GET $plain->url('/asgi');
GET $plain->url('/leaving');
$text = metrics($plain);
unlike $text, qr/^pyhook_callable_seconds_count/m, 'without ExtendedStatus nothing is measured';
becomes { value(metrics($plain), 'pyhook_calls_total{interpreter="main"}') } 6, '… but calls are counted';

my $busy = PyHook::Server->new(conf => "ExtendedStatus On\nPyHookImport latency_task\n$conf", children => 1)->start;
ok until_true { metrics($busy) =~ /^pyhook_callable_seconds_count\{interpreter="main",phase="every",callable="latency_task[:.]tick"\} [1-9]/m }, 'a task is measured';
