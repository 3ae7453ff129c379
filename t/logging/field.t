# Fields of the access log that a callable computes, and logging in the right error log.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;
use Time::HiRes qw(sleep time);

plan tests => 31;

my $logs = Apache::Test::vars('t_logs');
Apache::TestRequest::module('field');

sub text_of { open my $file, '<', "$logs/$_[0]" or return ''; local $/; return <$file> // '' }

# The lines that a request adds to a log, once `last` is among them.
sub logged {
    my ($name, $path, $last) = @_;
    my $start = length text_of($name);
    GET $path;
    my $deadline = time + 60;
    while (time < $deadline) {
        my $new = substr text_of($name), $start;
        return $new if $new =~ $last;
        sleep 0.02;
    }
    return substr text_of($name), $start;
}

my %expected = (
    text    => 'some text',
    none    => '-',
    number  => '12',
    true    => 'true',
    control => 'a\nb\"c\x1b',
    quotes  => '{\"a\": \"b\\\\\"}',
    unicode => '\xc3\xa9',
);
my %raw = (text => 'some text', quotes => '{"a": "b\\"}', control => $expected{control}, unicode => "\xc3\xa9");
for my $kind (sort keys %expected) {
    is logged('field_log', "/$kind", qr/\n/), "/$kind=$expected{$kind}\n", $kind;
    is logged('raw_log', "/$kind", qr/\n/), "/$kind=$raw{$kind}\n", "$kind, raw" if $raw{$kind};
}
like logged('field_log', '/text?x', qr/argument=.*\n/), qr{^/text\.argument=two words 404$}m,
    'an argument, and a condition that is true';

for my $kind (qw(raise list nul)) {
    like logged('field_log', "/$kind", qr{^/$kind=.*\n}m), qr{^/$kind=-\n}m, "$kind: no value";
    my $log = logged('field_error_log', "/$kind", qr/log_field:user .*\n/);
    like $log, qr/PYHOOK000[56]: log_field log_field:user (raised|returned)/, 'the log of the virtual host says why';
}

is logged('field_expr_log', '/interesting', qr/\n/), "/interesting\n", 'CustomLog expr=: true';
GET '/boring';
is logged('field_expr_log', '/interesting2', qr/\n/), "/interesting2\n", 'false';
like logged('field_error_log', '/raise', qr/expr log_field:is_interesting raised.*\n/),
    qr/PYHOOK0005: expr log_field:is_interesting raised/, 'a condition that fails is in the error log';

my $log = logged('field_error_log', '/field/log?first', qr/python debug first\n/);
for my $level (['crit', 'critical'], ['error', 'error'], ['warn', 'warning'], ['info', 'info'], ['debug', 'debug']) {
    like $log, qr/\[pyhook:$level->[0]\] .*\[client 127.*shop\.cart: python $level->[1] first$/m, "logging: $level->[1]";
}
unlike $log, qr/trace/, 'what LogLevel leaves out is left out';
$log = logged('field_error_log', '/field/level?second', qr/python error second\n/);
unlike $log, qr/python warning second/, 'LogLevel of the place counts';
my $main = text_of('error_log');
unlike $main, qr/python error (first|second)/, 'another server\'s log has none of it';

sub refused {
    my ($conf, $reason) = @_;
    my ($status, $output) = config_test($conf);
    isnt $status, 0, $conf;
    like $output, $reason, 'is refused';
}
refused 'LogFormat "%h %{nonsense}^py" odd', qr/Syntax error on line \d+ of \S+httpd\.conf:\nLogFormat: in %\{\.\.\.\}\^py 'nonsense' is not module:callable/;
