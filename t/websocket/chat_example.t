# conf/examples/websocket.conf: a chat, for pages of this site.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Config qw(mpm top);
use PyHook::Test;
use PyHook::WebSocket;

plan tests => 4, need { 'a prefork child serves one connection' => sub { mpm() ne 'prefork' } };

my $server = PyHook::Server->new(path => top() . '/conf/demo/site', children => 1, conf => 'Include ' . top() . '/conf/examples/websocket.conf')->start;
sub join_chat { PyHook::WebSocket->connect($server->port, '/chat', @_) }

is join_chat(Origin => 'http://elsewhere.example')->status, 403, 'a page of another site is refused';
is join_chat()->status, 403, 'and a client that does not say where it comes from';
my @members = map { join_chat(Origin => 'http://localhost') } 1 .. 3;
$members[0]->text('hello');
is_deeply [map { $_->message } @members], [('hello') x 3], 'everybody hears what one says';
close $members[1]{socket};
$members[2]->text('who is there?');
is_deeply [map { $_->message } @members[0, 2]], [('who is there?') x 2], 'also when one has gone';
