# A client that is slow keeps no process: httpd's child takes what the process sends, up to spool=.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY GET_RC);
use IO::Socket::INET;
use PyHook::Test;
use Socket qw(SOL_SOCKET SO_RCVBUF);

plan tests => 16;

# Most of this fits neither into the socket of a client that reads nothing nor into that of the process.
my $size = 900_000;

# Asks, with a body, which may be the beginning of a longer one, or without one, and reads nothing.
sub begin {
    my ($path, $body, $length) = @_;
    my $socket = IO::Socket::INET->new(Proto => 'tcp') or die "socket: $!";
    setsockopt($socket, SOL_SOCKET, SO_RCVBUF, 4096) or die "SO_RCVBUF: $!";
    connect($socket, Socket::pack_sockaddr_in(Apache::Test::vars('port'), Socket::inet_aton('127.0.0.1'))) or die "connect: $!";
    $socket->autoflush(1);
    my $head = defined $body ? sprintf "POST $path HTTP/1.1\r\nContent-Length: %d", $length // length $body : "GET $path HTTP/1.1";
    print $socket "$head\r\nHost: localhost\r\nConnection: close\r\n\r\n", $body // '';
    return $socket;
}

sub rest_of {
    my ($socket) = @_;
    my $answer = '';
    1 while sysread $socket, $answer, 65536, length $answer;
    close $socket;
    return $answer =~ s/.*?\r\n\r\n//sr;
}

# The body of a chunked answer.
sub joined {
    my ($body) = @_;
    my $joined = '';
    while ($body =~ s/^([0-9a-f]+)\r\n//i && hex $1) {
        $joined .= substr $body, 0, hex($1) + 2, '';
        $joined = substr $joined, 0, -2;
    }
    return $joined;
}

my $slow = begin("/spooled/numbers?$size");
is GET_BODY('/spooled/hello'), 'Hello World!', 'the only thread of a process is free while a client is slow';
my $other = begin("/spooled/numbers?$size");
is GET_BODY('/spooled/hello'), 'Hello World!', 'and while two are';
my $expected = substr join('', map { "$_\n" } 1 .. $size), 0, $size;
ok joined(rest_of($_)) eq $expected, 'each gets every byte, in order' for $slow, $other;

# More than both sockets of the client take: its body must be read although it takes nothing of the response.
my $much = join '', map { "$_\n" } 1 .. 1_200_000;
my $sender = begin('/roomy/echo', $much);
ok joined(rest_of($sender)) eq $much, 'a client may send all before it takes anything';

# It sends the second half when it has the answer to the first one.
my $half = 6_000_000;
my $talker = begin('/roomy/echo', substr($much, 0, $half), length $much);
my $answer = '';
{
    local $SIG{ALRM} = sub { close $talker };
    alarm 40;    # httpd would wait for the second half for as long as its Timeout
    1 while length $answer < $half - 100_000 && sysread $talker, $answer, 1 << 20, length $answer;
    alarm 0;
}
cmp_ok length $answer, '>=', $half - 100_000, 'what waits for a client goes out while the rest of the body is awaited';
close $talker;

my $large = begin('/spooled/numbers?5000000');
my $served = 0;
until_true { ($served) = GET_BODY('/server-status?auto') =~ m{PyHookProcess\[spooled/1\]: .* busy=(\d+)}; $served };
is $served, 1, 'what is larger keeps its process';
ok joined(rest_of($large)) eq substr(join('', map { "$_\n" } 1 .. 1_000_000), 0, 5_000_000), 'and is complete';
is GET_BODY('/spooled/hello'), 'Hello World!', 'until the client has taken most of it';

my $unspooled = begin("/unspooled/numbers?$size");
until_true { GET_BODY('/server-status?auto') =~ m{PyHookProcess\[unspooled/1\]: .* busy=1} };
is GET_RC('/unspooled/hello'), 503, 'with spool=0 each slow client keeps a thread';
ok joined(rest_of($unspooled)) eq $expected, 'and gets its answer, too';
until_true { GET_RC('/unspooled/hello') == 200 };

# What ends an answer comes after all that came before.
for my $how (qw(raises log)) {
    my $ended = begin("/spooled/numbers?$size&$how");
    is GET_BODY('/spooled/hello'), 'Hello World!', "$how: the process is free";
    ok joined(rest_of($ended)) eq $expected, "$how: what was sent before arrives";
}

# A client that goes away.
my $gone = begin('/spooled/numbers?5000000');
until_true { GET_BODY('/server-status?auto') =~ m{PyHookProcess\[spooled/1\]: .* busy=1} };
close $gone;
is GET_BODY('/spooled/hello'), 'Hello World!', 'a client that goes away keeps nothing';
