# A virtual host with TLS, and a certificate that nobody has signed, for a PyHook::Server.
package PyHook::Tls;

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT = qw(make_certificate tls_host);

# Makes certificate.pem and key.pem in the directory.
sub make_certificate {
    my ($directory) = @_;
    system('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', 2, '-subj', '/CN=tls.example/O=Tests',
        '-keyout', "$directory/key.pem", '-out', "$directory/certificate.pem", '-config', '/dev/null',
        '-addext', 'basicConstraints=CA:TRUE') == 0 or die "openssl: $?";
}

# A configuration: this text inside a virtual host on the port after the server's own.
sub tls_host {
    my ($port, $inside) = @_;
    return <<"CONF";
Listen 127.0.0.1:$port
<VirtualHost 127.0.0.1:$port>
    ServerName tls.example
    SSLEngine on
    SSLCertificateFile "\@t_logs\@/certificate.pem"
    SSLCertificateKeyFile "\@t_logs\@/key.pem"
$inside
</VirtualHost>
CONF
}

1;
