# log_transaction after a long response: under the event MPM another thread may send the rest of it, and log.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use IO::Socket::INET;
use PyHook::Config qw(mpm);
use PyHook::Test;
use Socket qw(SOL_SOCKET SO_RCVBUF inet_aton pack_sockaddr_in);

use constant SIZE => 24 * 1024 * 1024;

my $clients = 6;
plan tests => 2 * $clients;

open my $big, '>', Apache::Test::vars('t_logs') . '/log_thread.big' or die "log_thread.big: $!";
truncate $big, SIZE;
close $big;

# A client that does not read yet, so that the server cannot finish its response.
sub slow_client {
    my ($number) = @_;
    my $socket = IO::Socket::INET->new(Proto => 'tcp') or die "socket: $!";
    setsockopt $socket, SOL_SOCKET, SO_RCVBUF, 4096;
    connect $socket, pack_sockaddr_in(Apache::Test::vars('port'), inet_aton('127.0.0.1')) or die "connect: $!";
    $socket->autoflush;
    print $socket "GET /log_thread/big?client-$number HTTP/1.0\r\n\r\n";
    sysread $socket, my $first, 1;
    return $socket;
}

sub rest_of {
    my ($socket) = @_;
    my $length = 1;
    while (my $got = sysread $socket, my $bytes, 1 << 20) { $length += $got }
    return $length;
}


my $log = error_log_since {
    my @sockets = mpm() eq 'prefork' ? () : map { slow_client($_) } 1 .. $clients; # a process each
    for my $number (1 .. $clients) {
        my $socket = $sockets[$number - 1] // slow_client($number);
        cmp_ok rest_of($socket), '>', SIZE, "client $number has its answer";
    }
} qr/(?:client-\d logged.*){$clients}/s;
like $log, qr/\[pyhook:info\] .*site: client-$_ logged: True, @{[SIZE]} bytes, /, "client $_: logged once, with its own state"
    for 1 .. $clients;
note scalar(() = $log =~ /another thread/g), ' of them by another thread';
