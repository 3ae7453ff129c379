# An event loop serves until its child ends, whatever is done to it, and no request is left behind: not what is being read when it
# stops, and not what comes together with one whose future can't be resolved.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY);
use IO::Socket::INET;
use PyHook::Config qw(mpm);
use PyHook::Server;
use PyHook::Test;
use PyHook::WebSocket;
use Time::HiRes qw(sleep time);

my $threads = mpm() ne 'prefork';
plan tests => 4 * 4 + ($threads ? 11 : 0) + 9;

my $conf = <<'CONF';
Timeout 20
PyHookImport loop_ends
PyHookASGIAlias /application loop_ends:application
PyHookSuspendAfter 0
<Location /page>
    PyHookHandler loop_ends:page
</Location>
<Location /stops>
    PyHookHandler loop_ends:stops
</Location>
<Location /exits>
    PyHookHandler loop_ends:exits
</Location>
<Location /handles>
    PyHookHandler loop_ends:handles
</Location>
<Location /waits>
    PyHookHandler loop_ends:waits
</Location>
<Location /closes>
    PyHookHandler loop_ends:closes
</Location>
<Location /reads>
    PyHookHandler loop_ends:reads
</Location>
<Location /blocks>
    PyHookHandler loop_ends:blocks
</Location>
CONF
my $server = PyHook::Server->new(children => 1, conf => $conf)->start;

sub logged { my ($what) = @_; return until_true { $server->error_log =~ $what } }

# A request of which the last byte of the body is to come.
sub begin {
    my ($path, $length) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $@";
    $socket->autoflush;
    print $socket "POST $path HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: $length\r\n\r\n";
    return $socket;
}

my $serves = GET_BODY($server->url('/page'));
like $serves, qr/^served by \d+$/, 'a coroutine is served';

# What an application does to its loop.
for (['/stops', 'stopped', qr/the application has stopped the event loop/], ['/exits?exit', 'exited', qr/SystemExit/],
    ['/exits?interrupt', 'exited', qr/KeyboardInterrupt/], ['/handles', 'handled', qr/SystemExit does not end the event loop/]) {
    my ($path, $answer, $said) = @$_;
    is GET_BODY($server->url($path)), $answer, "$path: the request itself ends";
    like GET_BODY($server->url('/page')), qr/^\Q$serves\E$/, 'the next is served, by the same child';
    ok logged($said), 'and the log says what happened';
    is GET($server->url('/page'))->code, 200, 'on and on';
}

# Three come at once: of one the future can't be resolved.
if ($threads) {
    my %body = (first => 'break', second => 'well');
    my %socket = map { $_ => begin("/reads?$_", length $body{$_}) } sort keys %body;
    ok logged(qr/$_ reads/), "$_: its body is awaited" for sort keys %body;
    my $go_on = "$server->{root}/go-on";
    my $blocker = begin("/blocks?$go_on", 0);
    logged(qr/blocked/);
    for (sort keys %body) {
        print { $socket{$_} } $body{$_};
        sleep 0.2; # so that they are handed over in this order; in any other nothing goes wrong
    }
    open my $file, '>', $go_on or die $!;
    close $file;
    like answer_from($socket{second}, 15), qr{^HTTP/1\.1 200 .*4 bytes}s, 'the others are told';
    like answer_from($socket{first}, 15), qr{^HTTP/1\.1 500 }, 'and it is an error';
}
is GET($server->url('/page'))->code, 200, 'the loop serves';

# The child ends while bodies are being read, and while a response waits for its client; under event that one has no thread.
my $reading = begin('/reads?last', 10);
ok logged(qr/last reads/), 'a body is being read';
my $asgi = $threads ? begin('/application', 10) : undef;
logged(qr/application reads/) if $threads;
my $floods = $threads ? begin('/application/floods', 0) : undef;
ok logged(qr/floods/), 'and one is written' if $threads;
my $begun = time;
$server->stop;
cmp_ok time - $begun, '<', 15, 'the server stops without waiting for it';
like $server->error_log, qr/exit functions run/, 'after its exit functions';
unlike $server->error_log, qr/exit signal|AH0004[56]|PYHOOK0009/, 'no child crashed, or had to be killed';

# An application closes the loop: no task ever runs again, and every request is told.
$server = PyHook::Server->new(children => 1, conf => $conf)->start;
my ($waiting, $busy, $socket);
if ($threads) {
    $socket = PyHook::WebSocket->connect($server->port, '/application');
    $socket->text('hello');
    is $socket->message, 'hello', 'a WebSocket is open';
    $waiting = begin('/waits', 0);
    $busy    = begin('/reads?busy', 4);
    ok logged($_), 'two requests are there' for qr/waits/, qr/busy reads/;
}
like answer_from(begin('/closes', 0), 15), qr{^HTTP/1\.1 500 }, 'the request that closes the loop gets an error';
if ($threads) {
    like answer_from($waiting, 15), qr{^HTTP/1\.1 500 }, 'so does one whose task waits';
    print $busy 'body';
    like answer_from($busy, 15), qr{^HTTP/1\.1 500 }, 'and one whose body is being read';
    is $socket->closed, '1001 ', 'and the WebSocket is closed: nobody would ever hear its client';
}
like answer_from(begin('/page', 0), 15), qr{^HTTP/1\.1 500 }, 'and all that come';
ok logged(qr/PYHOOK0005.*Event loop is closed/s), 'and the log says why';
$server->stop;
