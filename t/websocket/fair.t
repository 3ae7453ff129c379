# A client that sends without a pause, and reads all that an application answers, does not keep the event loop from others.
use strict;
use warnings;

use POSIX qw(WNOHANG);
use Test::More;

use PyHook::Config qw(mpm);
use PyHook::Conversation;
use PyHook::Test;
use PyHook::WebSocket;

plan skip_all => 'with prefork each socket has its own process' if mpm() eq 'prefork';
plan tests => 2 * 2 * @places;

# Children of this test: one sends, one reads.
sub in_background {
    my ($does) = @_;
    my $pid = fork // die $!;
    return $pid if $pid;
    alarm 300;
    $does->();
    POSIX::_exit(0);
}

sub floods {
    my ($place, $what) = @_;
    my ($name, $lines) = @$place;
    my $server = echo_server($lines);
    my $other = talk_to($server, 'echo');
    my $flooding = talk_to($server, $what);
    my $messages = PyHook::WebSocket::frame(0x81, 'x' x 20) x 2000;
    my $sends = in_background(sub { while (1) { $flooding->raw($messages) } });
    my $reads = in_background(sub { 1 while sysread $flooding->{socket}, my $got, 1 << 20 });
    my $echoes = 0;
    for (1 .. 8) {
        $other->text('still here');
        ++$echoes if ($other->message // '') eq 'still here';
    }
    is $echoes, 8, "$what $name: during a flood of messages another socket is served";
    is waitpid($sends, WNOHANG), 0, '… and the flood goes on';
    for ($sends, $reads) { kill KILL => $_; waitpid $_, 0 }
    $server->stop;
}

for my $place (@places) { floods($place, $_) for 'echo', 'swallow' }
