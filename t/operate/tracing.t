# PyHookTrace: a request has a W3C trace context, which only trusted clients choose.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY);
use JSON::PP qw(decode_json);
use PyHook::Server;
use PyHook::Test;

my $trace = '0af7651916cd43dd8448eb211c80319c';
my $parent = 'b7ad6b7169203331';
my $sent = "00-$trace-$parent-01";

# What a trusted client sends, and what becomes of it; undef: something new.
my @cases = (
    [$sent, $sent, 'a valid one'],
    ["00-$trace-$parent-00", "00-$trace-$parent-00", 'one that is not sampled'],
    ["00-$trace-$parent-ff", "00-$trace-$parent-03", 'one with flags that nobody knows'],
    ["cc-$trace-$parent-01", $sent, 'one of a later version'],
    ["cc-$trace-$parent-01-what-comes-then", $sent, 'one of a later version with more'],
    ["cc-$trace-$parent-01.what", undef, 'one of a later version with something else'],
    ["ff-$trace-$parent-01", undef, 'version ff'],
    ["00-$trace-$parent-01-more", undef, 'version 00 with more'],
    ["00-$trace-$parent-01-", undef, 'version 00 with a dash at the end'],
    ['00-' . '0' x 32 . "-$parent-01", undef, 'a trace of zeros'],
    ["00-$trace-" . '0' x 16 . '-01', undef, 'a parent of zeros'],
    ['00-' . uc($trace) . "-$parent-01", undef, 'upper case'],
    ["00-$trace-$parent-0G", undef, 'wrong flags'],
    ["0x-$trace-$parent-01", undef, 'a wrong version'],
    ["00-${trace}0-$parent-01", undef, 'a trace that is too long'],
    [substr($sent, 0, 54), undef, 'one that is too short'],
    ["00_${trace}_${parent}_01", undef, 'other separators'],
    ['', undef, 'an empty one'],
    ["$sent, $sent", undef, 'two in one header'],
);

plan tests => 2 * @cases + 32;

my $conf = join '', map("<Location /$_>\n    PyHookHandler tracing:$_\n</Location>\n", qw(show redirect below raises leads_on after)), <<'CONF';
ErrorDocument 404 /after
PyHookWSGIAlias /wsgi tracing:wsgi
LogFormat "trace=%{pyhook.tracing:trace_id}^py" trace
CustomLog @t_logs@/trace_log trace
CONF
my $fresh = qr/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01$/;

sub shown { my ($server, @headers) = @_; return @{ decode_json(GET_BODY($server->url('/show'), @headers)) } }

my $trusting = PyHook::Server->new(conf => "PyHookTrace On 192.0.2.0/24 127.0.0.0/8\n$conf", children => 1)->start;
for (@cases) {
    my ($from, $to, $name) = @$_;
    my ($traceparent, $header, $state) = shown($trusting, traceparent => $from, tracestate => 'a=1');
    if (defined $to) {
        is $traceparent, $to, "$name is taken over";
        is $state, 'a=1', '… with its tracestate';
    }
    else {
        like $traceparent, $fresh, "$name is replaced";
        is $state, undef, '… and its tracestate taken away';
    }
}
my ($one, $header) = shown($trusting);
like $one, $fresh, 'a request without one gets one';
is $header, $one, '… which stands in its headers';
my ($two) = shown($trusting);
isnt substr($one, 3, 32), substr($two, 3, 32), 'each request has its own trace';
isnt substr($one, 36, 16), substr($two, 36, 16), '… and its own span';
is GET_BODY($trusting->url('/wsgi'), traceparent => $sent), $sent, 'a WSGI application finds it';
is decode_json(GET_BODY($trusting->url('/redirect'), traceparent => $sent))->[0], $sent, 'an internal redirect keeps it';
is GET_BODY($trusting->url('/below')), 'True', 'a sub-request has it too';
my (undef, undef, $states) = shown($trusting, traceparent => $sent, tracestate => 'a=1', tracestate => 'b=2');
is $states, 'a=1, b=2', 'tracestate may come in parts';

is GET($trusting->url('/raises'), traceparent => $sent)->code, 500, 'a handler raises';
like $trusting->error_log, qr/PYHOOK0005: handler tracing:raises raised \(request [^ ,]+, trace $trace\)/, 'the log entry names the trace';
sub access_log {
    open my $file, '<', "$_[0]{root}/trace_log" or return '';
    local $/;
    return scalar <$file>;
}
is until_true { access_log($trusting) =~ /^trace=$trace$/m }, 1, '… and so does the access log';

my $wary = PyHook::Server->new(conf => "PyHookTrace On\n$conf", children => 1)->start;
my ($made, $in_header, $state) = shown($wary, traceparent => $sent, tracestate => 'a=1');
like $made, $fresh, 'without a network nobody is trusted';
isnt $made, $sent, '… and something new is made';
is $in_header, $made, '… also in the headers';
is $state, undef, '… without the tracestate';
for my $path (qw(leads_on missing)) {
    my ($before, @after) = @{ decode_json(GET($wary->url("/$path"), traceparent => $sent)->content) };
    like $before, $fresh, "/$path leads to another request";
    is_deeply \@after, [$before, $before], '… which has the same trace';
}
is GET_BODY($wary->url('/below'), traceparent => $sent), 'True', 'a sub-request has it too';
my $distant = PyHook::Server->new(conf => "PyHookTrace On 10.0.0.0/8 ::1\n$conf", children => 1)->start;
isnt +(shown($distant, traceparent => $sent))[0], $sent, 'nor is a client of another network';
isnt +(shown($distant, traceparent => $sent, 'X-Forwarded-For' => '10.0.0.1'))[0], $sent, '… whatever it says of itself';

my $plain = PyHook::Server->new(conf => $conf, children => 1)->start;
is_deeply [shown($plain, traceparent => $sent, tracestate => 'a=1')], [undef, $sent, 'a=1'], 'Off: the headers stay as they are';
is GET($plain->url('/raises'), traceparent => $sent)->code, 500, 'a handler raises';
like $plain->error_log, qr/tracing:raises raised \(request [^ ,]+\)/, '… and the entry names no trace';
is until_true { access_log($plain) =~ /^trace=-$/m }, 1, '… nor does the access log';

for (['PyHookTrace On nowhere', qr/PyHookTrace: 'nowhere' is no network: write an address, 10\.0\.0\.0\/8 or ::1 for example/],
    ['PyHookTrace Off 10.0.0.0/8', qr/PyHookTrace: write Off, or On and the networks/],
    ["PyHookTrace On\nPyHookTrace On ::1", qr/PyHookTrace: it is On already: write the directive once/]) {
    my ($line, $says) = @$_;
    my ($status, $output) = config_test("$line\n");
    isnt $status, 0, "$line is refused";
    like $output, $says, '… with a sentence';
}
