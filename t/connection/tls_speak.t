# The hooks of connections over TLS, and under HTTP/2, whose streams have connection records of their own.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Config qw(mpm top);
use PyHook::Test;

plan tests => 21;

my ($certificate, $key) = map { top() . "/t/logs/tls_speak-$$.$_" } qw(crt key);
system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout $key -out $certificate 2>/dev/null") == 0
    or die 'openssl can make no certificate';

sub tls_server {
    return PyHook::Server->new(children => 1, conf => <<"CONF")->start;
SSLEngine On
SSLCertificateFile "$certificate"
SSLCertificateKeyFile "$key"
PyHookShared seen 64K
PyHookPreConnection tls_speak:arriving
PyHookPreCloseConnection tls_speak:closing
$_[0]
CONF
}

# The server's answer to these lines, over TLS; the client waits for the end.
sub converse {
    my ($server, $lines, @how) = @_;
    my $port = $server->port;
    my $answer = `printf '$lines' | timeout 20 openssl s_client -quiet -connect 127.0.0.1:$port @how 2>/dev/null`;
    return $answer;
}

my $line = tls_server('PyHookProcessConnection tls_speak:converse');
like converse($line, 'upper some words\nquit\nupper more\n'), qr/\Ahello True TLSv1\.\d True\nSOME WORDS\nbye\n\z/,
    'a line protocol over TLS';
like $line->log_when(qr/closing/), qr/closing True/, 'pre_close_connection runs, and sees what pre_connection has left';
like converse($line, 'quit\n', '-tls1_2'), qr/\Ahello True TLSv1\.2 True\nbye\n\z/, 'another version of TLS';
unlike raw_request("upper clear text\nquit\n", port => $line->port), qr/hello|CLEAR/, 'who does not speak TLS hears nothing of it';
like converse($line, 'quit\n'), qr/\Ahello True/, 'the server goes on';
$line->stop;
unlike $line->error_log, qr/PYHOOK|Traceback/, 'and logs no error';

my $web = tls_server(<<'CONF');
Protocols echo h2 http/1.1
PyHookProcessConnection tls_speak:leave
PyHookHandler tls_speak:page
PyHookProtocol echo tls_speak:echo
CONF
my $https = $web->url('/page') =~ s/^http:/https:/r;

my ($status, $answer) = curl('-k', '--http1.1', $https);
like $answer, qr/^HTTP\/1\.1 True False pre_connection=1 process_connection=1$/m, 'HTTP over TLS: each is called once';
($status, $answer) = curl('-k', '--http1.1', $https, $https);
is scalar(() = $answer =~ /pre_connection=2 process_connection=2$/mg), 2, 'for a connection, not for a request';

# mod_http2 works in threaded servers only.
my $h2 = mpm() ne 'prefork';
($status, $answer) = curl('-k', '--http2', ($https) x 3);
my ($protocol, $secondary) = $h2 ? ('HTTP/2\.0', 'True') : ('HTTP/1\.1', 'False');
my @lines = $answer =~ /^($protocol True $secondary pre_connection=\d+ process_connection=\d+)$/mg;
is scalar(@lines), 3, 'three requests';
is $lines[0], $lines[2], 'on one connection: the streams of HTTP/2 are none of a client';
like $lines[0], qr/pre_connection=3 process_connection=3$/, 'and no hook is called for them';

my $before = () = $web->error_log =~ /arriving/g;
is $before, 3, 'three clients have come';
like $web->log_when(qr/(?:closing True.*){3}/s), qr/(?:closing True.*){3}/s, 'and gone';
unlike $web->error_log, qr/closing True.*(?:closing True.*){3}/s, 'no more than they were';

like converse($web, 'one\nquit\ntwo\n', '-alpn', 'echo'), qr/\Aecho None TLSv\nONE\n\z/, 'ALPN chooses a protocol of Python';
like converse($web, 'one\nquit\n', '-alpn', 'unknown,echo'), qr/\Aecho None TLSv\nONE\n\z/, 'one of several';
like converse($web, 'GET /page HTTP/1.0\r\n\r\n', '-alpn', 'http/1.1'), qr{^HTTP/1\.1 200 OK}, 'or HTTP';
like converse($web, 'GET /page HTTP/1.0\r\n\r\n'), qr{^HTTP/1\.1 200 OK}, 'without ALPN it is HTTP';
my $upgrade = 'GET /page HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\none\nquit\n';
like converse($web, $upgrade), qr{^HTTP/1\.1 101 .*echo <Request GET /page> TLSv\nONE\n\z}s, 'Upgrade works over TLS, too';
($status, $answer) = curl('-k', $h2 ? '--http2' : '--http1.1', '-H', 'Upgrade: echo', $https);
like $answer, $h2 ? qr{^HTTP/2 200} : qr{^HTTP/1\.1 200}, 'HTTP/2 knows no Upgrade; without Connection it is not asked for';
unlike $web->error_log, qr/PYHOOK|Traceback/, 'no error was logged';
