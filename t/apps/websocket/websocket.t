# Real WebSocket clients of the server: python3-websockets, python3-autobahn and Chromium.
use strict;
use warnings;

use Test::More;

use PyHook::Application;
use PyHook::Browser;

my $echo = PyHook::Application->new('websocket')->start;
sub url { $echo->url("$_[0]/echo") =~ s/^http/ws/r }

plan tests => 6;

# A client's script, which is left out if its module is not installed.
sub client {
    my ($module, $in) = @_;
    my $missing = $echo->missing(modules => [$module]);
    skip $missing, 1 if $missing;
    return $echo->succeeds('python3', "$echo->{app}/by_$module.py", url($in));
}

for my $in ('', '/in-process') {
    SKIP: { is client('websockets', $in), "plain\ncompressed\n4001 as you wish\n", "python3-websockets$in" }
    SKIP: {
        my @same = ("all\n", "pong\n", "closed True 4001 as you wish\n");
        is client('autobahn', $in), join('', "subprotocol talk extensions 0\n", @same, "subprotocol talk extensions 1\n", @same), "python3-autobahn$in";
    }
}
SKIP: {
    my $missing = PyHook::Browser::missing();
    skip $missing, 1 if $missing;
    ok PyHook::Browser::shows($echo, 'by_chromium.mjs', $echo->url('/')), 'Chromium';
}
is $echo->errors, '', 'no error was logged';
