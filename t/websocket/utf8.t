# Text of WebSocket is UTF-8 (RFC 6455, 8.1): all borders of the encoding, across frames, and refused at the first byte that is not.
use strict;
use warnings;

use Test::More;

use PyHook::Conversation;

my $end = [0x88, 1000];
my $bad = [0x88, 1007];

# What RFC 3629 allows: the first and last of each length, around the surrogates, and what Unicode says are no characters.
my %valid = (
    'kosme'           => "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5",
    'U+0000'          => "\0",
    'U+007F'          => "\x7f",
    'U+0080'          => "\xc2\x80",
    'U+07FF'          => "\xdf\xbf",
    'U+0800'          => "\xe0\xa0\x80",
    'U+D7FF'          => "\xed\x9f\xbf",
    'U+E000'          => "\xee\x80\x80",
    'U+FFFD'          => "\xef\xbf\xbd",
    'U+FFFE'          => "\xef\xbf\xbe",
    'U+FFFF'          => "\xef\xbf\xbf",
    'U+10000'         => "\xf0\x90\x80\x80",
    'U+1FFFE'         => "\xf0\x9f\xbf\xbe",
    'U+10FFFF'        => "\xf4\x8f\xbf\xbf",
    'a byte order mark' => "\xef\xbb\xbfa",
);
my %invalid = (
    'a continuation alone'      => "\x80",
    'the last one alone'        => "\xbf",
    'two'                       => "a\x80\xbf",
    'FE'                        => "\xfe",
    'FF'                        => "\xff",
    'a start without the rest'  => "\xce",
    'and text after it'         => "\xcea",
    'two starts'                => "\xce\xce\xba",
    'three bytes without one'   => "\xe1\xbd",
    'four bytes without one'    => "\xf0\x90\x80",
    'the slash in two bytes'    => "\xc0\xaf",
    'in three'                  => "\xe0\x80\xaf",
    'in four'                   => "\xf0\x80\x80\xaf",
    'the longest of two'        => "\xc1\xbf",
    'the longest of three'      => "\xe0\x9f\xbf",
    'the longest of four'       => "\xf0\x8f\xbf\xbf",
    'U+D800'                    => "\xed\xa0\x80",
    'U+DB7F'                    => "\xed\xad\xbf",
    'U+DC00'                    => "\xed\xb0\x80",
    'U+DFFF'                    => "\xed\xbf\xbf",
    'two surrogates'            => "\xed\xa0\x80\xed\xb0\x80",
    'U+110000'                  => "\xf4\x90\x80\x80",
    'five bytes'                => "\xf8\x88\x80\x80\x80",
    'six bytes'                 => "\xfc\x84\x80\x80\x80\x80",
);

my @rows;
for my $name (sort keys %valid) {
    my $text = "before $valid{$name} after";
    push @rows, [$name, [[0x81, $text]], [[0x81, $text], $end]];
    for my $at (8 .. 6 + length $valid{$name}) {
        push @rows, ["$name, cut at $at", [[0x01, substr $text, 0, $at], [0x00, ''], [0x80, substr $text, $at]], [[0x81, $text], $end]];
    }
}
for my $name (sort keys %invalid) {
    push @rows, (
        [$name, [[0x81, "before $invalid{$name}"]], [$bad]],
        ["$name, in a fragment of its own", [[0x01, 'before '], [0x80, $invalid{$name}]], [$bad]],
        ["$name, as bytes", [[0x82, $invalid{$name}]], [[0x82, $invalid{$name}], $end]],
    );
}
push @rows, (
    ['a character that the next message would complete', [[0x81, "\xce"], [0x81, "\xba"]], [$bad]],
    ['one that a ping would complete', [[0x01, "\xce"], [0x89, "\xba"], [0x80, "\xba"]], [[0x8a, "\xba"], [0x81, "\xce\xba"], $end]],
    ['a million characters', [[0x81, "\xe2\x82\xac" x 1_000_000]], [[0x81, "\xe2\x82\xac" x 1_000_000], $end]],
    ['and one that is none at their end', [[0x81, "\xe2\x82\xac" x 1_000_000 . "\xe2\x82"]], [$bad]],
);

# What is sent of a message that never ends.
my @early = (
    ['in a message that would go on', bytes_of([0x01, "before \xff"])],
    ['in a frame that would go on', substr bytes_of([0x81, "before \xff" . 'x' x 1000]), 0, 50],
    ['a surrogate at its second byte', substr bytes_of([0x81, "before \xed\xa0" . 'x' x 1000]), 0, 17],
    ['an overlong form at its second byte', substr bytes_of([0x81, "before \xe0\x80" . 'x' x 1000]), 0, 17],
    ['beyond Unicode at its second byte', substr bytes_of([0x81, "before \xf4\x90" . 'x' x 1000]), 0, 17],
    ['after a good fragment', bytes_of([0x01, "\xce\xba"], [0x00, "\xba"])],
);

plan tests => conversations(@rows) + @early;

my $server = echo_server();
converse($server, $_) for @rows;
for (@early) {
    my ($name, $bytes) = @$_;
    my $socket = talk_to($server, 'echo');
    $socket->raw($bytes);
    like $socket->closed, qr/^1007 /, "refused at once: $name";
}
$server->stop;
