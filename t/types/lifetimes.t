# A record that is kept past its end refuses every use; another thread is refused; all cleanups run, even if one of them
# fails.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Config qw(mpm);
use PyHook::Test;
use Time::HiRes qw(sleep time);

plan tests => 23;

# One child, so that what one request keeps is there for the next.
open my $file, '<', PyHook::Config::top() . '/t/types/lifetimes.conf' or die "lifetimes.conf: $!";
my $server = PyHook::Server->new(children => 1, conf => do { local $/; <$file> })->start;

sub on_server { my ($path) = @_; return GET_BODY($server->url($path)) }

sub until_it_is {
    my ($expected, $path) = @_;
    my ($deadline, $answer) = (time + 60);
    do { $answer = on_server($path); sleep 0.02 if $answer ne $expected } until $answer eq $expected || time > $deadline;
    return $answer;
}

sub logged {
    my ($pattern, $act) = @_;
    $act->();
    my $deadline = time + 60;
    sleep 0.02 until $server->error_log =~ $pattern || time > $deadline;
    return $server->error_log;
}

is on_server('/lives/keep'), 'kept', 'a request keeps itself';
is until_it_is('True True', '/lives/kept?ended'), 'True True', 'it ends, and its connection too';
is on_server('/lives/kept?uses'), join(' ', map { "$_ True ;" } qw(Request Connection), ('Headers') x 8), 'every use of them is refused';
is on_server('/lives/kept?names'), '<Request that has ended> <Headers of a request that has ended> namespace(x=[1]) True',
    'what Python made of them stays';
is on_server('/lives/kept?forget'), 'forgotten', 'they can be given up';

my (undef, $several) = curl(map { $server->url("/lives/$_") } 'keep', 'kept?goes_on', 'kept?forget');
like $several, qr/True False True/, 'a connection goes on when a request has ended';

my $why = qr/RequestEnded: the Request has (?:ended|been answered: the next one of its connection is served)/; # event sends at once
my %waiting = ('keep' => 'kept?answered', 'loop/keep' => 'loop/kept');
for my $first (sort keys %waiting) {
    my $together = "GET /lives/$first HTTP/1.1\r\nHost: x\r\n\r\n" .
        "GET /lives/$waiting{$first} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    like raw_request($together, port => $server->{port}), qr/kept.*\('$why', '$why'\) Request True ;(?: Headers True ;){7} True/s,
        "$first: a request whose answer waits for that of the next one has ended";
}

my $left = "GET /lives/leave HTTP/1.1\r\nHost: x\r\n\r\nGET /lives/write_on HTTP/1.0\r\n\r\n";
like raw_request($left, port => $server->{port}), qr/left.*\r\n\r\nfirst second (?:RuntimeError: another thread is serving|nothing to use)/s,
    'an object of its state can use no other request when it ends';

is on_server('/lives/elsewhere'), join(' ', map { "$_ True ;" } qw(Request Connection), ('Headers') x 8) . ' False',
    'another thread is refused';

my $log = logged(qr/cleanup: first/, sub { is on_server('/lives/cleanups'), 'registered', 'cleanups are callables' });
my @said = $log =~ /\] ((?:cleanup: \w+ \S+ \w+|ValueError: cleanup: this one fails))$/mg;
is_deeply \@said, ['cleanup: last /lives/cleanups None', 'cleanup: more /lives/cleanups None', 'cleanup: added /lives/cleanups None',
    'ValueError: cleanup: this one fails', 'cleanup: first /lives/cleanups None'], 'last comes first, and one that fails stops none';
like $log, qr/Exception ignored in: <function cleanups\.<locals>\.fail/, 'the log names it';

$log = logged(qr/orphan: /, sub { is on_server('/lives/orphan'), '200', 'a sub-request that nobody runs' });
like $log, qr{orphan: /lives/part RequestEnded}, 'ends after the main one, which is gone for its cleanup';

for my $path ('/lives/phases', '/lives/nothing') {
    $log = logged(qr/same: .*$/m, sub { is on_server($path), 'fixups True True', "$path: all phases see one request" });
    like $log, qr/same: True log_transaction 200/, "$path: to the end";
}
# A cleanup of one interpreter logs, and a callable of another gets the entry with the request.
is on_server('/lives/logs'), 'registered', 'a cleanup of another interpreter logs';
is until_it_is('RequestEnded', '/lives/noted'), 'RequestEnded', 'the view that is made then ends with the request';
like $server->error_log, qr/late: \/lives\/logs/, 'after the cleanup';

is on_server('/server-status') =~ /title/ ? 1 : 0, 1, 'the server goes on';
