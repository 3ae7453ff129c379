# The answer to a ping counts when it has come, also if the application has kept its thread from reading it.
use strict;
use warnings;

use Test::More;

use PyHook::Conversation;
use PyHook::Test;
use PyHook::WebSocket;

plan tests => 4;

my $server = echo_server();
my $socket = talk_to($server, 'busy');
$socket->text('hello');
is $socket->message, 'ready', 'the event loop serves the socket itself';
$socket->text('begin');
is $socket->message, $_, "the $_ message of an application that is busy for longer than from ping to ping" for 'first', 'second';
$socket->text('still here');
is $socket->message, 'still here', 'and the WebSocket goes on';
$server->stop;
