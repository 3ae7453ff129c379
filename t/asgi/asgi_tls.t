# The TLS extension of ASGI, in httpd's child and in a process: what it says about certificates, version and cipher suite.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Config qw(top);
use PyHook::Server;
use PyHook::Test;

plan tests => 22;

my $base = top() . "/t/logs/asgi_tls-$$";
sub run { system("$_[0] 2>/dev/null") == 0 or die $_[0] }
for my $name (qw(server client)) {
    run("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=$name -keyout $base-$name.key -out $base-$name.crt");
}
run("cat $base-client.crt $base-client.key > $base-client.pem");
my $server = PyHook::Server->new(children => 1, conf => <<"CONF")->start;
SSLEngine On
SSLCertificateFile "$base-server.crt"
SSLCertificateKeyFile "$base-server.key"
SSLCACertificateFile "$base-client.crt"
SSLVerifyClient optional
PyHookASGIAlias /asgi asgi_apps:app
PyHookASGIAlias /in-process asgi_apps:app
PyHookProcesses asgi
<Location /in-process>
    PyHookRunIn asgi
</Location>
CONF

for my $place (qw(asgi in-process)) {
    my $url = 'https://127.0.0.1:' . $server->port . "/$place";
    my ($status, $answer) = curl('-k', '--tlsv1.3', "$url/tls");
    like $answer, qr/^server_cert=-----BEGIN CERTIFICATE-----$/m, 'the server\'s certificate';
    like $answer, qr/^client_cert_chain=\[\]$/m, 'a client without one';
    like $answer, qr/^client_cert_name=None$/m, 'has no name';
    like $answer, qr/^tls_version=772$/m, 'TLS 1.3 by its number';
    like $answer, qr/^cipher_suite=48(?:65|66|67)$/m, 'the suite by its number';
    ($status, $answer) = curl('-k', '--tls-max', '1.2', '--ciphers', 'ECDHE-RSA-AES128-GCM-SHA256', "$url/tls");
    like $answer, qr/^tls_version=771$/m, 'TLS 1.2';
    like $answer, qr/^cipher_suite=49199$/m, 'and its suite';
    ($status, $answer) = curl('-k', "-E$base-client.pem", "$url/tls");
    like $answer, qr/^client_cert_chain=\['-----BEGIN CERTIFICATE-----'/m, 'a client with a certificate';
    like $answer, qr/^client_cert_name=CN=client$/m, 'has its name';
    like $answer, qr/^client_cert_error=None$/m, 'and is believed';
    ($status, $answer) = curl('-k', "$url/scope");
    like $answer, qr/^scheme='https'$/m, 'scheme';
}
$server->stop;
