# permessage-deflate (RFC 7692): which offers are taken, compressed messages of all kinds, and what is none.
use strict;
use warnings;

use Compress::Raw::Zlib;
use Test::More;

use PyHook::Conversation;
use PyHook::WebSocket;

my $plain = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover';
my @offers = (
    ['permessage-deflate', $plain],
    ['permessage-deflate; client_max_window_bits', $plain],
    ['permessage-deflate; server_no_context_takeover', $plain],
    ['permessage-deflate; client_no_context_takeover', $plain],
    ['permessage-deflate; client_max_window_bits=10', "$plain; client_max_window_bits=10"],
    ['permessage-deflate; server_max_window_bits=9', "$plain; server_max_window_bits=9"],
    ['permessage-deflate; server_max_window_bits="15"', "$plain; server_max_window_bits=15"],
    ['Permessage-Deflate', undef],
    ['permessage-deflate; server_max_window_bits', undef],
    ['permessage-deflate; server_max_window_bits=7', undef],
    ['permessage-deflate; server_max_window_bits=16', undef],
    ['permessage-deflate; server_max_window_bits=010', undef],
    ['permessage-deflate; server_no_context_takeover=true', undef],
    ['permessage-deflate; client_max_window_bits; client_max_window_bits', undef],
    ['permessage-deflate; something', undef],
    ['x-webkit-deflate-frame', undef],
    ['permessage-deflate; something, permessage-deflate', $plain],
    ['x-other; a=1, permessage-deflate', $plain],
);

# What the message is as the payload of RFC 7692, 7.2.1.
sub deflated {
    my ($message, %how) = @_;
    my ($deflate) = Compress::Raw::Zlib::Deflate->new(-AppendOutput => 1, -WindowBits => -15, -Level => 6, %how);
    my $out = '';
    $deflate->deflate($message, $out);
    $deflate->flush($out, Z_SYNC_FLUSH);
    return $out =~ s/\x00\x00\xff\xff\z//r;
}

my $end   = [0x88, 1000];
my $error = [0x88, 1002];
my $hello = "\xf2\x48\xcd\xc9\xc9\x07\x00"; # RFC 7692, 7.2.3.1
my $mixed = join '', map { chr(($_ * $_ * 7919 >> 5) & 255) } 1 .. 30;

# An answer that is not worth compressing comes back as it is.
my @rows = (
    ['the example of the RFC', [[0xc1, $hello]], [[0x81, 'Hello'], $end]],
    ['in two fragments', [[0x41, substr $hello, 0, 3], [0x80, substr $hello, 3]], [[0x81, 'Hello'], $end]],
    ['with a ping between them', [[0x41, substr $hello, 0, 3], [0x89, 'p'], [0x80, substr $hello, 3]], [[0x8a, 'p'], [0x81, 'Hello'], $end]],
    ['in fragments of a byte', [[0x41, ''], (map { [0x00, $_] } split //, $hello), [0x80, '']], [[0x81, 'Hello'], $end]],
    ['a block that is not compressed (7.2.3.3)', [[0xc1, "\x00\x05\x00\xfa\xffHello\x00"]], [[0x81, 'Hello'], $end]],
    ['a block with a last bit (7.2.3.4)', [[0xc1, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"]], [[0x81, 'Hello'], $end]],
    ['two blocks (7.2.3.5)', [[0xc1, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"]], [[0x81, 'Hello'], $end]],
    ['nothing (7.2.3.6)', [[0xc1, "\x00"]], [[0x81, ''], $end]],
    ['nothing of bytes', [[0xc2, "\x00"]], [[0x82, ''], $end]],
    ['one after another', [([0xc1, $hello]) x 5], [([0x81, 'Hello']) x 5, $end]],
    ['compressed and not', [[0xc1, $hello], [0x81, 'plain'], [0xc1, $hello]], [[0x81, 'Hello'], [0x81, 'plain'], [0x81, 'Hello'], $end]],
    ['bytes', [[0xc2, deflated($mixed)]], [[0x82, $mixed], $end]],
    ['other levels', [map { [0xc2, deflated($mixed, -Level => $_)] } 0, 1, 9], [([0x82, $mixed]) x 3, $end]],
    ['what is no deflate', [[0xc1, "\xff\xff\xff"]], [$error]],
    ['the bit in a later fragment', [[0x41, ''], [0xc0, $hello]], [$error]],
    ['the bit of a ping', [[0xc9, $hello]], [$error]],
    ['the bit of a close', [[0xc8, closes(1000)]], [$error]],
    ['another reserved bit', [[0xe1, $hello]], [$error]],
    ['text that is no UTF-8 inside', [[0xc1, deflated("\xff")]], [[0x88, 1007]]],
    ['half a character inside', [[0xc1, deflated("\xce")]], [[0x88, 1007]]],
    ['16 MB and a byte of zeros', [[0xc2, deflated("\0" x ((16 << 20) + 1), -Level => 9)]], [[0x88, 1009]]],
);
my @sizes = (16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072, 1_000_000);

plan tests => 2 * @offers + conversations(@rows) + 2 * @sizes + 3;

my $server = echo_server();
my @agreed = ('Sec-WebSocket-Extensions' => 'permessage-deflate');

for (@offers) {
    my ($offer, $answer) = @$_;
    my $socket = talk_to($server, 'echo', 'Sec-WebSocket-Extensions' => $offer);
    is $socket->header('Sec-WebSocket-Extensions'), $answer, "offered: $offer";
    $socket->text('x' x 2000);
    my ($first, $payload) = $socket->read;
    is sprintf('%02x', $first), $answer ? 'c1' : '81', $answer ? 'and used' : 'and not used';
}

converse($server, $_, @agreed) for @rows;

# What the server compresses: no context of an earlier message.
sub inflated {
    my ($payload, $bits) = @_;
    my ($inflate) = Compress::Raw::Zlib::Inflate->new(-WindowBits => -$bits, -AppendOutput => 1);
    my ($out, $in) = ('', "$payload\x00\x00\xff\xff");
    $inflate->inflate($in, $out);
    return $out;
}

for (['permessage-deflate', 15], ['permessage-deflate; server_max_window_bits=9', 9]) {
    my ($offer, $bits) = @$_;
    my $socket = talk_to($server, 'echo', 'Sec-WebSocket-Extensions' => $offer);
    for my $size (@sizes) {
        my $message = substr join('', map { "line $_ of the message\n" } 1 .. 1 + $size / 18), 0, $size;
        $socket->raw(PyHook::WebSocket::frame(0xc1, deflated($message)));
        my ($first, $payload) = $socket->read;
        my $got = $first & 0x40 ? inflated($payload, $bits) : $payload;
        ok $got eq $message, "$size bytes, window of $bits bits";
    }
}

my $socket = talk_to($server, 'echo', @agreed);
$socket->text('x' x 5000) for 1 .. 3;
my @lengths = map { length +($socket->read)[1] } 1 .. 3;
is "@lengths", join(' ', ($lengths[0]) x 3), 'each message is compressed by itself';
cmp_ok $lengths[0], '<', 100, 'and is short';
undef $socket; # where each connection has a child of its own, there is one
$socket = talk_to($server, 'echo');
$socket->raw(PyHook::WebSocket::frame(0xc1, $hello));
like $socket->closed, qr/^1002 /, 'without an agreement the bit is an error';
$server->stop;
