# Filters under HTTP/2 and under TLS: the same body, and a response that breaks off so that the client can tell.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Config qw(mpm top);
use PyHook::Ports qw(claim_ports);
use PyHook::Server;

my $has_http2 = mpm() ne 'prefork'; # httpd has no HTTP/2 there

plan tests => 6 * ($has_http2 ? 3 : 1) + ($has_http2 ? 3 : 2);

my $scratch = top() . "/t/logs/filter_protocols-$$";
mkdir $scratch or die "$scratch: $!";
system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout $scratch/key -out $scratch/cert >$scratch/openssl 2>&1") == 0
    or die 'openssl';

my $tls = claim_ports();
my $server = PyHook::Server->new(children => 2, conf => <<"CONF")->start;
Protocols h2c http/1.1
PyHookOutputFilter UPPER  filter_protocols:upper
PyHookOutputFilter BREAKS filter_protocols:breaks
PyHookOutputFilter FIRST  filter_protocols:breaks_first
PyHookInputFilter  UPPER  filter_protocols:upper
PyHookInputFilter  FIRST  filter_protocols:breaks_first
PyHookOutputFilter ROT13  filter_protocols:rot13 type=connection
PyHookInputFilter  ROT13  filter_protocols:rot13 type=connection
<Location />
    PyHookHandler filter_protocols:pieces
</Location>
<Location /upper>
    SetOutputFilter UPPER
</Location>
<Location /input>
    SetInputFilter UPPER
</Location>
<Location /breaks>
    SetOutputFilter BREAKS
</Location>
<Location /first>
    SetOutputFilter FIRST
</Location>
<Location /first-input>
    SetInputFilter FIRST
</Location>
<Location /big>
    SetOutputFilter UPPER
    PyHookHandler filter_protocols:big
</Location>
Listen 127.0.0.1:$tls
Listen 127.0.0.1:@{[$tls + 1]}
<VirtualHost 127.0.0.1:$tls>
    Protocols h2 http/1.1
    SSLEngine On
    SSLCertificateFile $scratch/cert
    SSLCertificateKeyFile $scratch/key
</VirtualHost>
<VirtualHost 127.0.0.1:@{[$tls + 1]}>
    SSLEngine On
    SSLCertificateFile $scratch/cert
    SSLCertificateKeyFile $scratch/key
    PyHookPreConnection filter_protocols:both_ways
</VirtualHost>
CONF

# (exit status, output) of curl.
sub curl {
    my @words = ('curl', '-sk', '--max-time', 20, @_);
    open my $output, '-|', @words or die "curl: $!";
    local $/;
    my $text = <$output> // '';
    close $output;
    return ($? >> 8, $text);
}

my %how = (
    'HTTP/2'          => [$server->url(''), '--http2-prior-knowledge'],
    'TLS'             => ["https://127.0.0.1:$tls", '--http1.1'],
    'HTTP/2 over TLS' => ["https://127.0.0.1:$tls", '--http2'],
);
for my $how (grep { $has_http2 || $_ eq 'TLS' } sort keys %how) {
    my ($url, @options) = @{ $how{$how} };
    my ($exit, $text) = curl(@options, '-w', ' %{http_version}', "$url/upper", '-d', 'two');
    is $text, 'ONE TWO THREE ' . ($how =~ /2/ ? 2 : '1.1'), "$how: a response is filtered";
    ($exit, $text) = curl(@options, "$url/input", '-d', 'two');
    is $text, 'one TWO three', 'a body too';
    ($exit, $text) = curl(@options, "$url/big");
    is length $text, 64 * 65_536, 'a long response is complete';
    ($exit, $text) = curl(@options, '-w', '%{http_code}', '-o', "$scratch/body", "$url/first");
    is $text, '500', 'a filter that fails first is a 500';
    ($exit, $text) = curl(@options, '-w', '%{http_code}', '-o', "$scratch/body", '-d', 'x', "$url/first-input");
    is $text, '500', 'so is a failing input filter';
    ($exit, $text) = curl(@options, "$url/breaks", '-d', 'two');
    isnt $exit, 0, "one that fails in the middle is told: curl says $exit";
}
like $server->error_log, qr/PYHOOK0010: output filter filter_protocols:breaks raised.*KeyError: 'in the middle'/s, 'and logged';
like +(curl('--http2-prior-knowledge', '-v', '--stderr', '-', $server->url('/breaks'), '-d', 'two'))[1],
    qr/HTTP\/2 stream \d+ (?:was not closed cleanly|was reset|reset by)/, 'under HTTP/2 by a reset of the stream'
    if $has_http2;

# TLS is below the connection filter, which sees clear text.
my $request = "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" =~ tr/A-Za-z/N-ZA-Mn-za-m/r;
open my $file, '>', "$scratch/request" or die $!;
print $file $request;
close $file;
my $answer = `timeout 20 openssl s_client -quiet -ign_eof -connect 127.0.0.1:@{[$tls + 1]} < $scratch/request 2>$scratch/s_client` =~ tr/A-Za-z/N-ZA-Mn-za-m/r;
like $answer, qr{^HTTP/1\.1 200 OK\r\n.*one.* three}s, 'a connection filter sees what TLS has decrypted, both ways';
