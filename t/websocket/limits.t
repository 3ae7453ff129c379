# How much a WebSocket takes: messages of 16 MB, whole and in fragments, and not a byte more.
use strict;
use warnings;

use Test::More;

use PyHook::Conversation;

my $end    = [0x88, 1000];
my $too_big = [0x88, 1009];
my $limit  = 16 << 20;
my $all    = 'y' x $limit;

# A message in frames of this size.
sub in_frames {
    my ($first, $message, $size) = @_;
    my @pieces = unpack "(a$size)*", $message;
    my @frames = map { [0x00, $_] } @pieces;
    $frames[0][0] = $first & 0x0f;
    $frames[-1][0] |= 0x80;
    return @frames;
}

my @rows = (
    ['16 MB', [[0x82, $all]], [[0x82, $all], $end]],
    ['16 MB of text', [[0x81, $all]], [[0x81, $all], $end]],
    ['16 MB in frames of 64 KB', [in_frames(0x82, $all, 65536)], [[0x82, $all], $end]],
    ['one byte more', [[0x82, $all . 'y']], [$too_big]],
    ['one byte more in frames', [in_frames(0x82, $all . 'y', 1 << 20)], [$too_big]],
    ['a length that nobody sends', ["\x82\xff" . pack('Q>', $limit + 1) . "\0\0\0\0"], [$too_big]],
    ['the longest length', ["\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"], [$too_big]],
    ['a fragment that is too long for the rest', [[0x02, 'y'], "\x80\xff" . pack('Q>', $limit) . "\0\0\0\0"], [$too_big]],
    (map { my $size = $_; ["1 MB in frames of $size bytes", [in_frames(0x82, 'z' x 1_000_000, $size)], [[0x82, 'z' x 1_000_000], $end]] } 64, 256, 1024, 16_384),
    ['ten thousand messages', [map { [0x81, "m$_"] } 1 .. 10_000], [(map { [0x81, "m$_"] } 1 .. 10_000), $end]],
    ['a thousand pings', [map { [0x89, "p$_"] } 1 .. 1000], [(map { [0x8a, "p$_"] } 1 .. 1000), $end]],
);

plan tests => conversations(@rows);
my $server = echo_server();
converse($server, $_) for @rows;
$server->stop;
