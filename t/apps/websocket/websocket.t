# Real WebSocket clients of the server: python3-websockets, python3-autobahn and Chromium.
use strict;
use warnings;

use Test::More;

use PyHook::Application;
use PyHook::Browser;

my $echo = PyHook::Application->new('websocket')->start;
my $url  = $echo->url('/echo') =~ s/^http/ws/r;

plan tests => 4;

# A client's script, which is left out if its module is not installed.
sub client {
    my ($module) = @_;
    my $missing = $echo->missing(modules => [$module]);
    skip $missing, 1 if $missing;
    return $echo->succeeds('python3', "$echo->{app}/by_$module.py", $url);
}

SKIP: { is client('websockets'), "plain\ncompressed\n4001 as you wish\n", 'python3-websockets' }
SKIP: {
    my @same = ("all\n", "pong\n", "closed True 4001 as you wish\n");
    is client('autobahn'), join('', "subprotocol talk extensions 0\n", @same, "subprotocol talk extensions 1\n", @same), 'python3-autobahn';
}
SKIP: {
    my $missing = PyHook::Browser::missing();
    skip $missing, 1 if $missing;
    ok PyHook::Browser::shows($echo, 'by_chromium.mjs', $echo->url('/')), 'Chromium';
}
is $echo->errors, '', 'no error was logged';
