# What one client can take from a child: neither memory by messages that nobody takes or pings that nobody sees answered,
# nor the thread that other sockets need.
use strict;
use warnings;

use Compress::Raw::Zlib;
use IO::Select;
use POSIX qw(WNOHANG);
use Socket qw(SOL_SOCKET SO_RCVBUF);
use Test::More;

use PyHook::Config qw(mpm);
use PyHook::Conversation;
use PyHook::Test;
use PyHook::WebSocket;

plan tests => 2 + 6 * @places;

# Sends as much of this as the server takes.
sub offer {
    my ($socket, $bytes) = @_;
    my $writable = IO::Select->new($socket->{socket});
    $socket->{socket}->blocking(0);
    while (length $bytes && $writable->can_write(3)) { substr($bytes, 0, syswrite($socket->{socket}, $bytes) // last, '') }
    $socket->{socket}->blocking(1);
    return length $bytes;
}

# What the child's peak has become when it has stopped growing.
sub settled_peak {
    my ($server) = @_;
    my ($peak, $same) = (0, 0);
    until_true { my $now = $server->child_peak_kb; $same = $now == $peak ? $same + 1 : 0; $peak = $now; $same > 10 };
    return $peak;
}

sub grows_little {
    my ($name, $most_kb, $headers, $act) = @_;
    grows_little_at("$name, $_->[0]", $_->[1], $most_kb, $headers, $act) for @places;
}

sub grows_little_at {
    my ($name, $place, $most_kb, $headers, $act) = @_;
    my $server = echo_server($place);
    my $socket = talk_to($server, 'hoard', @$headers);
    my $before = $server->child_peak_kb;
    $act->($socket);
    my $grown = settled_peak($server) - $before;
    cmp_ok $before, '>', 0, "$name: the memory of the child is known";
    SKIP: {
        skip 'a sanitizer keeps what is freed', 1 unless memory_tells();
        cmp_ok $grown, '<', $most_kb, '… and grows little';
    }
    close $socket->{socket};
    $server->stop;
    unlike $server->error_log, qr/exit signal/, '… without a crash';
}

grows_little('pings whose answers nobody reads', 30_000, [], sub {
    my ($socket) = @_;
    setsockopt $socket->{socket}, SOL_SOCKET, SO_RCVBUF, 4096;
    my $pings = PyHook::WebSocket::frame(0x89, 'x' x 125) x 8000;
    for (1 .. 100) { last if offer($socket, $pings) }
});

# The memory of zlib's and Python's copies of one message is more than its own.
grows_little('compressed messages that nobody takes', 150_000, ['Sec-WebSocket-Extensions' => 'permessage-deflate'], sub {
    my ($socket) = @_;
    my ($deflate) = Compress::Raw::Zlib::Deflate->new(-AppendOutput => 1, -WindowBits => -15, -Level => 9);
    my $out = '';
    $deflate->deflate('a' x ((16 << 20) - 1), $out);
    $deflate->flush($out, Z_SYNC_FLUSH);
    offer($socket, PyHook::WebSocket::frame(0xc2, $out =~ s/\x00\x00\xff\xff\z//r) x 40);
});

# A flood of pings gives the thread back after a bounded part of it, whether or not more has come.
SKIP: {
    skip 'with prefork each socket has its own process', 2 if mpm() eq 'prefork';
    my $server = echo_server();
    my $other = talk_to($server, 'echo');
    my $flooding = talk_to($server, 'echo');
    pipe my $told, my $tells or die $!;
    my $pid = fork // die $!;
    if (!$pid) {
        my $pings = PyHook::WebSocket::frame(0x89, '') x 20_000;
        for (1 .. 200) { $flooding->raw($pings) }
        syswrite $tells, '.';
        alarm 300;
        while (1) { $flooding->raw($pings) }
    }
    sysread $told, my $begun, 1;
    my $echoes = 0;
    for (1 .. 8) {
        $other->text('still here');
        ++$echoes if ($other->message // '') eq 'still here';
    }
    is $echoes, 8, 'during a flood of pings another socket is served';
    is waitpid($pid, WNOHANG), 0, '… and the flood goes on';
    kill KILL => $pid;
    waitpid $pid, 0;
    $server->stop;
}
