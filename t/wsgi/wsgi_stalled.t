# Clients that stop reading or sending hold a thread, but never Python.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use IO::Socket::INET;
use PyHook::Config qw(mpm);
use PyHook::Test;

# Under prefork a process has one thread: nobody else waits for it.
plan tests => 9, need { 'a server with one thread per child has nobody waiting' => sub { mpm() ne 'prefork' } };

my $server = PyHook::Server->new(conf => "PyHookWSGIAlias / wsgi_stalled:app\n", children => 1)->start;
is GET_BODY($server->url('/hello')), 'hello', 'the server works';

my @stalled;
sub stall {
    my ($request, $until_answered) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $@";
    $socket->autoflush;
    print $socket $request;
    push @stalled, $socket;
    return $until_answered ? sysread($socket, my $begin, 100) : 1;
}

for my $kind (qw(large generated written)) {
    ok stall("GET /$kind HTTP/1.1\r\nHost: x\r\n\r\n", 1), "$kind: a client reads no further than the head";
    is GET_BODY($server->url('/hello')), 'hello', 'and another is served';
}
for my $head ("Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n") {
    stall("POST /reads HTTP/1.1\r\nHost: x\r\n$head\r\n5\r\n");
}
is GET_BODY($server->url('/hello')), 'hello', 'nor do bodies that do not come harm others' for 1 .. 2;
close $_ for @stalled;
