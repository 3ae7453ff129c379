# A WebSocket client that sends exactly the bytes that it is given: RFC 6455 from the other side.
package PyHook::WebSocket;

use strict;
use warnings;

use Digest::SHA qw(sha1_base64);
use IO::Select;
use IO::Socket::INET;
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time);

use PyHook::Config qw(patience);

my $mask = "\x37\xfa\x21\x3d";

# connect($port, $path, header => value …): makes the handshake; `answer` is httpd's. Instead of a port, an open socket may be
# given.
sub connect {
    my ($class, $port, $path, %headers) = @_;
    my $socket = ref $port ? $port : IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die "connect: $@";
    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1; # what a test sends separately arrives separately
    my $self = bless {socket => $socket, buffer => ''}, $class;
    my %sent = (
        Host => 'localhost', Upgrade => 'websocket', Connection => 'Upgrade',
        'Sec-WebSocket-Key' => 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version' => 13, %headers,
    );
    $self->raw("GET $path HTTP/1.1\r\n" . join('', map { defined $sent{$_} ? "$_: $sent{$_}\r\n" : '' } sort keys %sent) . "\r\n");
    $self->_fill until $self->{ended} || $self->{buffer} =~ /\r\n\r\n/;
    ($self->{answer}, $self->{buffer}) = split /(?<=\r\n\r\n)/, $self->{buffer}, 2;
    return $self;
}

sub answer { $_[0]{answer} // '' }
sub status { ($_[0]->answer =~ /^HTTP\/1\.1 (\d+)/)[0] }
sub header { ($_[0]->answer =~ /^\Q$_[1]\E: (.*?)\r$/mi)[0] }

# TLS writes no more than one record at once. A server that has closed the connection takes nothing.
sub raw {
    my ($self, $bytes) = @_;
    local $SIG{PIPE} = 'IGNORE';
    while (length $bytes) { substr($bytes, 0, syswrite($self->{socket}, $bytes) // return, '') }
}

# A frame with this first byte and payload.
sub frame {
    my ($first, $payload) = @_;
    my $size = length $payload;
    my $length = $size < 126 ? pack('C', 0x80 | $size) : $size < 65536 ? pack('Cn', 0xfe, $size) : pack('CQ>', 0xff, $size);
    return pack('C', $first) . $length . $mask . ($payload ^ substr($mask x (1 + $size / 4), 0, $size));
}

sub text   { $_[0]->raw(frame(0x81, $_[1])) }
sub binary { $_[0]->raw(frame(0x82, $_[1])) }

sub close_with {
    my ($self, $code, $reason) = @_;
    $self->{closes} = 1;
    $self->raw(frame(0x88, pack('n', $code) . ($reason // '')));
}

sub _fill {
    my ($self) = @_;
    my $held  = $self->{socket}->can('pending') && $self->{socket}->pending; # TLS may have read more than it gave
    my $ready = $held || IO::Select->new($self->{socket})->can_read(patience());
    my $got = $ready ? sysread($self->{socket}, $self->{buffer}, 65536, length $self->{buffer}) : 0;
    $self->{ended} = 1 unless $got;
}

# (first byte, payload) of the server's next frame; nothing at the end.
sub read {
    my ($self) = @_;
    while (1) {
        my ($first, $size) = unpack 'CC', $self->{buffer};
        my $head = !defined $size ? undef : $size < 126 ? 2 : $size == 126 ? 4 : 10;
        if (defined $head && length $self->{buffer} >= $head) {
            $size = unpack 'x2n', $self->{buffer} if $size == 126;
            $size = unpack 'x2Q>', $self->{buffer} if $head == 10;
            if (length $self->{buffer} >= $head + $size) {
                my $payload = substr $self->{buffer}, $head, $size;
                substr($self->{buffer}, 0, $head + $size) = '';
                return ($first, $payload);
            }
        }
        return if $self->{ended};
        $self->_fill;
    }
}

# What the next message says. Pings are answered meanwhile.
sub message {
    my ($self) = @_;
    while (my ($first, $payload) = $self->read) {
        return $payload if $first != 0x89;
        $self->raw(frame(0x8a, $payload));
    }
    return;
}

# "1000 reason" of the close frame, which is answered, and whether the connection ends after it.
sub closed {
    my ($self) = @_;
    while (my ($first, $payload) = $self->read) {
        next if $first != 0x88;
        my ($code, $reason) = $payload eq '' ? (1005, '') : unpack 'na*', $payload;
        $self->raw(frame(0x88, $payload)) unless $self->{closes}++;
        $self->_fill until $self->{ended};
        return "$code $reason" . ($self->{buffer} eq '' ? '' : ' and more');
    }
    return 'lost';
}

# Has the server ended TLS? To be asked at the end of the connection.
sub tls_has_ended { Net::SSLeay::get_shutdown($_[0]{socket}->_get_ssl_object) & Net::SSLeay::RECEIVED_SHUTDOWN() }

# Everything that comes until the end, as [first byte, payload]; a close frame is the last, and is answered.
sub rest {
    my ($self) = @_;
    my @frames;
    while (my @frame = $self->read) {
        push @frames, \@frame;
        next if $frame[0] != 0x88;
        $self->raw(frame(0x88, $frame[1])) unless $self->{closes}++;
        $self->_fill until $self->{ended};
    }
    return @frames;
}

1;
