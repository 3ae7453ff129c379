# Over TLS a client finds the end of TLS before that of the connection, if the application ends soon. If it goes on, the
# client finds that of the connection.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Config qw(mpm);
use PyHook::Conversation qw(@places);
use PyHook::Server;
use PyHook::Test;
use PyHook::Tls;
use PyHook::WebSocket;

plan tests => 3 * @places, need { 'only the event MPM suspends connections' => sub { mpm() eq 'event' } },
    { 'IO::Socket::SSL is not installed' => sub { eval { require IO::Socket::SSL } } };

# How a socket ends that its client has closed.
sub end_of {
    my ($port, $path) = @_;
    my $tls = IO::Socket::SSL->new(PeerAddr => '127.0.0.1', PeerPort => $port, SSL_verify_mode => 0) or die 'no TLS';
    my $socket = PyHook::WebSocket->connect($tls, $path);
    $socket->close_with(1000);
    1 while $socket->read;
    return $socket->tls_has_ended ? 'end of TLS' : 'end of the connection';
}

for my $at (@places) {
    my ($where, $place) = @$at;
    my $server = PyHook::Server->new(children => 1);
    my $port = $server->port + 1;
    make_certificate($server->{root});
    $server->with_conf(tls_host($port, 'PyHookASGIAlias /app application_stays:app') . $place)->start;
    becomes { end_of($port, '/app/soon') } 'end of TLS', "$where, of an application that ends soon";
    is end_of($port, '/app/waits'), 'end of the connection', '… and of one that goes on';
    $server->stop;
    unlike $server->error_log, qr/exit signal|PYHOOK00/, 'and nothing is wrong';
}
