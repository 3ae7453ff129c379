# What TLS and HTTP/2 change for an application, and clients that go away.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use IO::Socket::INET;
use PyHook::Config qw(mpm top);
use PyHook::Test;

plan tests => 23;

my $base = '/wsgi-protocols';

sub tls_server {
    my ($certificate, $key) = map { top() . "/t/logs/wsgi_protocols-$$.$_" } qw(crt key);
    system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout $key -out $certificate 2>&-") == 0
        or die 'openssl can make no certificate';
    return PyHook::Server->new(conf => <<"CONF")->start;
Protocols h2 http/1.1
SSLEngine On
SSLCertificateFile "$certificate"
SSLCertificateKeyFile "$key"
PyHookWSGIAlias /with wsgi_protocols:app
PyHookWSGIAlias /without wsgi_protocols:app
<Location /with>
    SSLOptions +StdEnvVars
</Location>
CONF
}

my $tls = tls_server();
my $https = $tls->url =~ s/^http:/https:/r;
my ($status, $answer) = curl('-k', '--http1.1', "${https}with/show");
my $port = $tls->port;
like $answer, qr/^REQUEST_SCHEME=https\n.*^SERVER_PORT=$port\nSERVER_PROTOCOL=HTTP\/1\.1\n.*^wsgi\.url_scheme=https$/ms, 'https';
like $answer, qr/^HTTPS=on\n.*^SSL_CIPHER=\S+\n.*^SSL_PROTOCOL=TLSv1.*^SSL_SERVER_S_DN=CN=localhost\n/ms,
    'SSL_ variables where they are wanted';
($status, $answer) = curl('-k', '--http1.1', "${https}without/show");
like $answer, qr/^wsgi\.url_scheme=https$/m, 'https without them';
unlike $answer, qr/^SSL_/m, 'and none of them';
($status, $answer) = curl('-k', '--http2', "${https}with/show");
my $version = mpm() eq 'prefork' ? '1\.1' : '2\.0';    # mod_http2 offers itself to TLS clients in threaded servers only
like $answer, qr{200.*^SERVER_PROTOCOL=HTTP/$version\n.*^SSL_PROTOCOL=.*^wsgi\.url_scheme=https$}ms, 'HTTP/2 over TLS';

# A prefork child that is told to stop while an HTTP/2 connection is open crashes, with mod_pyhook or without.
my $h2 = mpm() eq 'prefork' ? undef : PyHook::Server->new(conf => "Protocols h2c http/1.1\nPyHookWSGIAlias / wsgi_protocols:app\n")->start;
my $without = 'mod_http2 does not support prefork';
sub h2 { return curl('--http2-prior-knowledge', @_[1 .. $#_], $h2->url($_[0])) }

SKIP: {
    skip $without, 7 unless $h2;
    like +(h2('/show'))[1], qr{^HTTP/2 200.*^REQUEST_SCHEME=http\n.*^SERVER_PROTOCOL=HTTP/2\.0\n.*^wsgi\.url_scheme=http$}ms, 'HTTP/2';
    ($status, $answer) = h2('/cookie', '-H', 'Cookie: c=3; d=4');
    like $answer, qr{^set-cookie: a=1\r\nset-cookie: b=2\r\n.*\r\n\r\nc=3; d=4$}ms, 'cookies there and back';
    ($status, $answer) = h2('/too_short');
    like $status, qr/^(?:18|92)$/, 'a body that is too short resets the stream';
    like $h2->log_when(qr/PYHOOK0071/), qr/PYHOOK0071: wsgi wsgi_protocols:app gave less than its Content-Length/, 'and the log says why';
    like +(h2('/midway'))[0], qr/^(?:18|92)$/, 'so does one that fails midway';
    like $h2->log_when(qr/PYHOOK0005/), qr/PYHOOK0005: wsgi wsgi_protocols:app raised.*RuntimeError: midway/s, 'and the log says why';
    is +(h2('/show'))[0], 0, 'other streams go on';
}

# curl sends its input as it comes, and so without a length.
my $file = top() . "/t/logs/wsgi_protocols-$$.body";
open my $out, '>', $file or die "$file: $!";
print $out 'x' x 300_000;
close $out;
for my $url ($h2 ? $h2->url('/body') : '', $https . 'with/body') {
    SKIP: {
        skip $without, 1 unless $url;
        my $command = "curl -sSk --http2-prior-knowledge --max-time 30 -X POST -T - $url < $file 2>&1";
        $command =~ s/--http2-prior-knowledge/--http2/ if $url =~ /^https/;
        is `$command`, '300000 none', 'a body without a length: ' . ($url =~ s/:.*//r);
    }
}
SKIP: {
    skip $without, 1 unless $h2;
    is +(h2('/body', '-d', 'x' x 1000))[1] =~ s/.*\r\n\r\n//sr, '1000 none', 'and with one';
}

for my $how (['endless', qr/closed endless/], ['endless_writes', qr/stopped writing: the client has gone/]) {
    my ($name, $said) = @$how;
    SKIP: {
        skip $without, 1 unless $h2;
        system 'sh', '-c', "curl -sN --http2-prior-knowledge --max-time 30 @{[$h2->url(qq(/$name))]} 2>&- | head -c 5000 >/dev/null";
        like $h2->log_when($said), $said, "$name: a client that goes away, HTTP/2";
    }
    my $log = error_log_since {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => Apache::Test::vars('port')) or die "connect: $@";
        print $socket "GET $base/$name HTTP/1.1\r\nHost: x\r\n\r\n";
        read $socket, my $some, 5000;
        close $socket;
    } qr/the client has gone.*$said|$said.*the client has gone/s;
    like $log, $said, "$name: and HTTP/1.1";
    like $log, qr/wsgi wsgi_protocols:app finds that the client has gone/, 'the log tells';
}
my $gone = error_log_since {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => Apache::Test::vars('port')) or die "connect: $@";
    print $socket "GET $base/no_start HTTP/1.1\r\nHost: x\r\n\r\n";
    sysread $socket, my $some, 1;
    close $socket;
} qr/gives nothing(?=.*(?:finds that the client has gone|exit signal))/s;
unlike $gone, qr/exit signal/, 'a client that goes away before start_response';
is GET_BODY("$base/cookie", Cookie => 'e=5'), 'e=5', 'and the server goes on';
