# More streams of coroutine handlers than threads: while they wait they hold none, and plain requests are answered.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Config qw(mpm);
use PyHook::Server;
use PyHook::Stream qw(open_stream);
use PyHook::Test;

my $many = 40;
plan tests => 40, need { 'only the event MPM suspends connections' => sub { mpm() eq 'event' } };

my $server = PyHook::Server->new(conf => <<'CONF')->start;
ServerLimit 1
StartServers 1
ThreadsPerChild 4
MinSpareThreads 1
MaxSpareThreads 4
MaxRequestWorkers 4
AsyncRequestWorkerFactor 100
Timeout 60
LogFormat "%U%q %s %B %X %{ms}T" streams
CustomLog "@t_logs@/streams_log" streams
PyHookSuspendAfter 0
<Location /state>
    PyHookHandler event_streams:state
</Location>
<Location /post>
    PyHookHandler event_streams:post
</Location>
<Location /events>
    PyHookHandler event_streams:events
</Location>
<Location /results>
    PyHookHandler event_streams:results
</Location>
<Location /flood>
    PyHookHandler event_streams:flood
</Location>
<Location /patient>
    PyHookHandler event_streams:events
    PyHookSuspendAfter 1
</Location>
<Location /deflated>
    PyHookHandler event_streams:events
    SetOutputFilter DEFLATE
</Location>
CONF

sub page { my ($path) = @_; return GET_BODY($server->url($path)) }
sub state_has { my ($pattern) = @_; return until_true { page('/state') =~ $pattern } }
sub listeners { my ($count) = @_; return state_has(qr/listeners=$count /) }

# The lines of the access log that match.
sub logged {
    my ($pattern) = @_;
    open my $file, '<', "$server->{root}/streams_log" or return;
    return grep { /$pattern/ } <$file>;
}

my @streams = map { open_stream($server, '/events') } 1 .. $many;
is scalar(grep { $_->next_event eq 'data: begins' } @streams), $many, "$many streams begin on four threads";
ok listeners($many), 'while plain requests are answered';
is scalar(logged(qr{^/events})), 0, 'none of them is over';
is page('/post?news'), "told $many", 'what one request posts';
is scalar(grep { $_->next_event eq 'data: news /events' } @streams), $many, '… each stream hears, and may use its request';

close $_->{socket} for splice @streams, 0, 10;
ok state_has(qr/\('cancelled', 10\)/), 'a stream whose client goes is cancelled';
ok until_true { logged(qr{^/events 200 \d+ X}) == 10 }, 'and logged so';
page('/post?end');
is scalar(grep { $_->ends } @streams), @streams, 'the others end whole';
my $size = length "data: begins\n\ndata: news /events\n\ndata: ends\n\n";
ok until_true { logged(qr{^/events 200 $size [-+] \d+$}) == @streams }, 'logged with status and bytes';
ok state_has(qr/listeners=0 .*\('ended', @{[ scalar @streams ]}\)/), 'nothing of them stays';

@streams = map { open_stream($server, '/patient') } 1 .. 8;
is scalar(grep { $_->next_event eq 'data: begins' } @streams), 8, 'streams that are suspended after a second leave threads to others';
page('/post?end');
is scalar(grep { $_->ends } @streams), 8, '… and end whole';
ok until_true { logged(qr{^/patient 200 \d+ [-+] \d{4,}$}) >= 4 }, '… and the time that is logged is the whole time';

my $deflated = open_stream($server, '/deflated');
is $deflated->next_event, 'data: begins', 'a filter that never waits may stand there';
page('/post?end');
ok $deflated->ends, '… to the end';

# What a handler returns after it was suspended.
for (['none', 1, ''], ['bytes', 1, 'data: last'], ['pieces', 1, 'data: last'], ['declined', 0, ''], ['number', 0, ''], ['refused', 0, '']) {
    my ($what, $whole, $event) = @$_;
    my $stream = open_stream($server, "/results?$what");
    is $stream->next_event, 'data: begins', "$what: begins";
    listeners(1);
    page('/post?go');
    is $stream->next_event, $event, '… goes on' if $event;
    is !!$stream->ends, !!$whole, $whole ? '… and ends whole' : '… and breaks off';
}
like $server->error_log, qr/PYHOOK0006: handler event_streams:results returned DECLINED after its response had begun/, 'nobody else can answer';
like $server->error_log, qr/PYHOOK0006: handler event_streams:results returned 3\.5 of type float/, 'a wrong result is told';

@streams = map { open_stream($server, '/events') } 1 .. 5;
$_->next_event for @streams;
page('/post?fail');
is scalar(grep { !$_->ends } @streams), 5, 'an exception breaks a stream off';
like $server->error_log, qr/PYHOOK0005: handler event_streams:events raised.*LookupError: as posted/s, 'and is logged';

# Clients that take nothing: what waits for them is bounded, and the loop goes on.
sub count_of { my ($what) = @_; return (page('/state') =~ /\('$what', (\d+)\)/)[0] // -1 }
for (['/flood', 'flood', undef], ['/results?large', 'piece', 'data: begins']) {
    my ($path, $what, $first) = @$_;
    my $slow = open_stream($server, $path);
    if ($first) { $slow->next_event; listeners(1); page('/post?go') }
    my ($at, $same) = (-1, 0);
    until_true { my $now = count_of($what); $same = $now == $at ? $same + 1 : 0; $at = $now; $same > 5 };
    cmp_ok $at, '<', 190, "$what: a client that takes nothing is not sent all";
    ok $slow->ends, '… and all of it when it takes it';
}

my @old = $server->child_pids;
@streams = map { open_stream($server, '/events') } 1 .. 20;
$_->next_event for @streams;
$server->graceful;
is scalar(grep { $_->ends } @streams), 20, 'a graceful restart ends streams whole';
ok until_true { my %now = map { $_ => 1 } $server->child_pids; !grep { $now{$_} } @old }, 'and the child leaves';
$server->stop;
unlike $server->error_log, qr/${\crashed_or_late()}|Task was destroyed|never awaited/, 'nothing crashes or hangs';
