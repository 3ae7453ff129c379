# Frames of WebSocket (RFC 6455, 5): lengths, masks, control frames, reserved bits, opcodes, fragments.
use strict;
use warnings;

use Test::More;

use PyHook::Conversation;

my $end   = [0x88, 1000];
my $error = [0x88, 1002];
my ($text, $binary, $ping, $pong) = (0x81, 0x82, 0x89, 0x8a);
my ($first_text, $first_binary, $more, $last) = (0x01, 0x02, 0x00, 0x80);

my @rows = map {
    my $size = $_;
    map { ["$size bytes of $_->[1]", [[$_->[0], 'x' x $size]], [[$_->[0], 'x' x $size], $end]] } [$text, 'text'], [$binary, 'data'];
} 0, 1, 2, 125, 126, 127, 128, 254, 255, 256, 65534, 65535, 65536, 65537, 131_071, 131_072;

push @rows, (
    ['bytes of every value', [[$binary, join '', map { chr } 0 .. 255]], [[$binary, join '', map { chr } 0 .. 255], $end]],
    ['a mask of zeros', ["\x81\x85\0\0\0\0hello"], [[$text, 'hello'], $end]],
    ['no mask', ["\x81\x05hello"], [$error]],
    ['a length in a longer form', ["\x81\xfe\x00\x05\0\0\0\0hello"], [$error]],
    ['in the longest form', ["\x81\xff\0\0\0\0\0\0\0\x05\0\0\0\0hello"], [$error]],
    ['a length of 64 bits', ["\x82\xff\x80\0\0\0\0\0\0\0\0\0\0\0"], [$error]],
);

# 5.5.2 and 5.5.3
push @rows, (
    ['a ping of nothing', [[$ping, '']], [[$pong, ''], $end]],
    ['a ping of text', [[$ping, 'hello']], [[$pong, 'hello'], $end]],
    ['a ping of bytes', [[$ping, "\0\xff\xfe\xfd\xfc\xfb\0\xff"]], [[$pong, "\0\xff\xfe\xfd\xfc\xfb\0\xff"], $end]],
    ['the longest ping', [[$ping, 'x' x 125]], [[$pong, 'x' x 125], $end]],
    ['a longer ping', [[$ping, 'x' x 126]], [$error]],
    ['a ping in fragments', [[0x09, 'a'], [$last, 'b']], [$error]],
    ['a pong that nobody asked for', [[$pong, ''], [$pong, 'hello'], [$text, 'a']], [[$text, 'a'], $end]],
    ['a longer pong', [[$pong, 'x' x 126]], [$error]],
    ['ten pings', [map { [$ping, "p$_"] } 1 .. 10], [(map { [$pong, "p$_"] } 1 .. 10), $end]],
);

# 5.2
for my $bits (1 .. 7) {
    my $reserved = $bits << 4;
    push @rows, (
        ["reserved bits $bits of text", [[$text | $reserved, 'a'], [$text, 'after']], [$error]],
        ["reserved bits $bits of a ping", [[$ping | $reserved, 'a']], [$error]],
        ["reserved bits $bits of a continuation", [[$first_text, 'a'], [$last | $reserved, 'b']], [$error]],
        ["reserved bits $bits of a close", [[0x88 | $reserved, closes(1000)]], [$error]],
    );
}
for my $opcode (3 .. 7, 11 .. 15) {
    for (['', 'of nothing'], ['hello', 'with data']) {
        my ($payload, $what) = @$_;
        push @rows, ["opcode $opcode $what", [[0x80 | $opcode, $payload], [$ping, 'after']], [$error]];
    }
    push @rows, ["opcode $opcode as a fragment", [[$opcode, 'a']], [$error]];
}

# 5.4
push @rows, (
    ['two fragments', [[$first_text, 'one '], [$last, 'two']], [[$text, 'one two'], $end]],
    ['two fragments of bytes', [[$first_binary, "\xff"], [$last, "\xfe"]], [[$binary, "\xff\xfe"], $end]],
    ['fragments of nothing', [[$first_text, ''], [$more, ''], [$last, '']], [[$text, ''], $end]],
    ['a fragment in the middle only', [[$first_text, ''], [$more, 'middle'], [$last, '']], [[$text, 'middle'], $end]],
    ['a thousand fragments', [[$first_binary, 'x'], (map { [$more, 'x'] } 1 .. 998), [$last, 'x']], [[$binary, 'x' x 1000], $end]],
    ['a ping between fragments', [[$first_text, 'a'], [$ping, 'p'], [$last, 'b']], [[$pong, 'p'], [$text, 'ab'], $end]],
    ['several pings and a pong', [[$first_text, 'a'], [$ping, 'p'], [$pong, 'q'], [$more, 'b'], [$ping, 'r'], [$last, 'c']],
        [[$pong, 'p'], [$pong, 'r'], [$text, 'abc'], $end]],
    ['two messages in fragments', [([$first_text, 'a'], [$last, 'b']) x 2], [[$text, 'ab'], [$text, 'ab'], $end]],
    ['a continuation of nothing', [[$last, 'a'], [$text, 'b']], [$error]],
    ['one that goes on', [[$more, 'a']], [$error]],
    ['a continuation after a whole message', [[$ping, 'p'], [$last, 'b']], [[$pong, 'p'], $error]],
    ['text within fragments', [[$first_text, 'a'], [$text, 'b']], [$error]],
    ['bytes within fragments of text', [[$first_text, 'a'], [$first_binary, 'b'], [$last, 'c']], [$error]],
    ['a close between fragments', [[$first_text, 'a'], $end], [$end]],
);

plan tests => conversations(@rows);
my $server = echo_server();
converse($server, $_) for @rows;
$server->stop;
