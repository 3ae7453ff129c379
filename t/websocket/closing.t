# How a WebSocket ends (RFC 6455, 5.5.1 and 7): codes, reasons, order, and what the application hears.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Conversation;
use PyHook::Test;

my $error = [0x88, 1002];

my @rows = (
    ['no code', [[0x88, '']], [[0x88, '']]],
    ['a close, and text after it', [[0x88, 1000], [0x81, 'late']], [[0x88, 1000]]],
    ['a close, and a ping after it', [[0x88, 1000], [0x89, 'late']], [[0x88, 1000]]],
    ['a close, and nonsense after it', [[0x88, 1000], "\xff" x 40], [[0x88, 1000]]],
    ['two closes', [[0x88, 1000], [0x88, 1001]], [[0x88, 1000]]],
    ['half a code', [[0x88, 'x']], [$error]],
    ['a reason', [[0x88, closes(1000, 'done')]], [[0x88, 1000]]],
    ['a reason of UTF-8', [[0x88, closes(1000, "\xce\xba\xe1\xbd\xb9")]], [[0x88, 1000]]],
    ['the longest reason', [[0x88, closes(1000, 'x' x 123)]], [[0x88, 1000]]],
    ['a longer one', [[0x88, closes(1000, 'x' x 124)]], [$error]],
    ['a reason that is no UTF-8', [[0x88, closes(1000, "\xce\xba\xff")]], [[0x88, 1007]]],
    ['half a character', [[0x88, closes(1000, "\xce")]], [[0x88, 1007]]],
    ['a close in fragments', [[0x08, closes(1000)], [0x80, '']], [$error]],
    ['a close without a mask', ["\x88\x02\x03\xe8"], [$error]],
);
for my $code (1000 .. 1003, 1007 .. 1014, 3000, 3999, 4000, 4999) {
    push @rows, ["code $code", [[0x88, closes($code, 'why')]], [[0x88, closes($code)]]];
}
for my $code (0, 1, 999, 1004 .. 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535) {
    push @rows, ["code $code, which none may send", [[0x88, closes($code)]], [$error]];
}

# What the client does, and what the application hears.
my @heard = (
    ['no code', sub { $_[0]->raw(bytes_of([0x88, ''])) }, '1005:'],
    ['a code and a reason', sub { $_[0]->raw(bytes_of([0x88, closes(4321, 'heard')])) }, '4321:heard'],
    ['the loss of the connection', sub { close $_[0]{socket} }, '1006:'],
    ['what is no frame', sub { $_[0]->raw("\x83\x80\0\0\0\0") }, '1002:'],
    ['what is no UTF-8', sub { $_[0]->raw(bytes_of([0x81, "\xff"])) }, '1007:'],
    ['a message that is too long', sub { $_[0]->raw("\x82\xff" . pack('Q>', 1 << 30) . "\0\0\0\0") }, '1009:'],
);

plan tests => @places * (conversations(@rows) + @heard + 3);

for my $at (@places) {
    my ($where, $place) = @$at;
    note $where;
    my $server = echo_server($place);
    converse($server, $_) for @rows;

    for my $each (@heard) {
        my ($name, $does, $wanted) = @$each;
        my $before = () = GET_BODY($server->url('/websocket/ends')) =~ /\Q$wanted\E/g;
        my $socket = talk_to($server, 'echo');
        $does->($socket);
        ok until_true { my $now = () = GET_BODY($server->url('/websocket/ends')) =~ /\Q$wanted\E/g; $now > $before }, "the application hears of $name: $wanted";
    }

    # The server's side: its close waits for the client's answer, and then the connection ends.
    my $socket = talk_to($server, 'bye');
    is_deeply [$socket->read], [0x88, closes(4001, 'bye')], 'the application closes';
    $socket->raw(bytes_of([0x89, 'ping'], [0x81, 'text'], [0x88, closes(4001)]));
    is_deeply [$socket->rest], [], 'and nothing is sent after it';
    is talk_to($server, 'bye_at_length')->closed, '4001 ' . "\xc3\xa9" x 61, 'a long reason ends between two characters';
    $server->stop;
}
