# Tables of WebSocket conversations: the bytes of a client, and all that an echoing server answers to them.
#
#   my $server = echo_server();
#   converse($server, ['a ping', [[0x89, 'x']], [[0x8a, 'x'], [0x88, 1000]]]);
#
# A frame is [first byte, payload]; the payload of a close frame may be its code. What is sent may also be bytes. When
# the answers have come the client closes with 1000. A short conversation is repeated with its bytes one by one. Of a
# close frame only the code is compared.
package PyHook::Conversation;

use strict;
use warnings;

use Digest::MD5 qw(md5_hex);
use Exporter qw(import);
use Test::More ();

use PyHook::Server;
use PyHook::WebSocket;

our @EXPORT = qw(bytes_of closes converse conversations echo_server talk_to @places);

my $SHORT = 400; # bytes, which are also sent one by one

# Lines that decide where an application runs, each with a name: in the child, and in a process.
our @places = (['in the child', ''], ['in a process', "PyHookProcesses apart\nPyHookRunIn apart"]);

sub echo_server {
    my ($place) = @_;
    my $conf = join "\n", 'PyHookASGIAlias /websocket websocket_app:app', $place // ();
    return PyHook::Server->new(conf => $conf, children => 1)->start;
}

sub talk_to {
    my ($server, $what, @headers) = @_;
    my $socket = PyHook::WebSocket->connect($server->port, "/websocket/$what", @headers);
    return $socket if $socket->status == 101;
    die "no handshake:\n" . $socket->answer . $server->error_log;
}

# The payload of a close frame.
sub closes { pack('n', $_[0]) . ($_[1] // '') }

sub bytes_of {
    return join '', map { ref $_ ? PyHook::WebSocket::frame($_->[0], _payload(@$_)) : $_ } @_;
}

sub _payload { my ($first, $payload) = @_; return $first == 0x88 && $payload =~ /^\d{4}\z/ ? pack('n', $payload) : $payload }

sub _is_short { length(bytes_of(@{ $_[0][1] })) <= $SHORT }

# How many tests the rows make.
sub conversations { scalar(@_) + grep { _is_short($_) } @_ }

sub converse {
    my ($server, $row, @headers) = @_;
    my ($name, $sent, $wanted) = @$row;
    my $bytes = bytes_of(@$sent);
    _compare($server, $name, [$bytes], $wanted, @headers);
    _compare($server, "$name, byte by byte", [split //, $bytes], $wanted, @headers) if _is_short($row);
}

sub _compare {
    my ($server, $name, $pieces, $wanted, @headers) = @_;
    my $socket = talk_to($server, 'echo', @headers);
    $socket->raw($_) for @$pieces;
    my @heard = map { [$socket->read] } grep { $_->[0] != 0x88 } @$wanted;
    $socket->close_with(1000);
    Test::More::is(join(' ', map { _shown(@$_) } @heard, $socket->rest), join(' ', map { _shown($_->[0], _payload(@$_)) } @$wanted), $name);
}

# A frame, so that a difference can be read.
sub _shown {
    my ($first, $payload) = @_;
    return 'nothing' unless defined $first;
    my $kind = sprintf '%02x', $first;
    return "$kind:" . ($payload eq '' ? 'none' : unpack 'n', $payload) if $first == 0x88;
    return "$kind:" . ($payload =~ /^[\x21-\x7e]{0,30}\z/ ? $payload : length($payload) . '/' . md5_hex($payload));
}

1;
