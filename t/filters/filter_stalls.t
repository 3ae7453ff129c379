# An upload that stalls: whoever reads finds out after httpd's timeout, and what is answered then reaches the client, with input filters
# and without.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use IO::Socket::INET;
use PyHook::Server;
use PyHook::Test;

my @readers = qw(handler wsgi as-it-comes asgi);
my @filters = ('', qw(function generator class protocol));
my @bodies  = ("Content-Length: 100\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
plan tests => @readers * @filters * @bodies + 1;

my $server = PyHook::Server->new(children => @filters * @bodies, conf => <<"CONF")->start;
Timeout 1
PyHookInputFilter function  filter_stalls:upper
PyHookInputFilter generator filter_stalls:pass_on
PyHookInputFilter class     filter_stalls:Passing
PyHookInputFilter protocol  filter_stalls:pass_on type=protocol
@{[map { my $filter = $_; map { place_of($_, $filter) } @readers } @filters]}
CONF

sub place_of {
    my ($reader, $filter) = @_;
    my %does = (
        handler       => 'PyHookHandler filter_stalls:handler',
        wsgi          => 'PyHookWSGI filter_stalls:application',
        'as-it-comes' => "PyHookWSGI filter_stalls:application\nPyHookWSGIBuffer Off",
        asgi          => 'PyHookASGI filter_stalls:asgi',
    );
    my $filtered = $filter ? "SetInputFilter $filter" : '';
    return "<Location /$reader/$filter>\n$does{$reader}\n$filtered\n</Location>\n";
}

# All at once, since each takes a while.
sub ask {
    my ($path, $body) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $@";
    $socket->autoflush;
    print $socket "POST $path HTTP/1.1\r\nHost: x\r\n$body";
    return $socket;
}

for my $reader (@readers) {
    my @asked = map { my $filter = $_; map { [$filter, $_, ask("/$reader/$filter", $_)] } @bodies } @filters;
    for (@asked) {
        my ($filter, $body, $socket) = @$_;
        my ($kind) = $body =~ /^(\S+):/;
        # A body whose length nobody knows before is received before the application is asked: httpd answers.
        my $is_received = $reader eq 'wsgi' && ($kind eq 'Transfer-Encoding' || $filter =~ /function|generator|class/);
        my $wanted = $is_received ? qr{^HTTP/1\.1 408 } : qr{^HTTP/1\.1 200 .*caught 408}s;
        like answer_from($socket, 20), $wanted, "$reader, " . ($filter || 'no') . " filter, $kind";
    }
}
unlike $server->error_log, qr/exit signal|PYHOOK/, 'and nothing is wrong';
