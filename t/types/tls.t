# TLS: what Python learns about it, and the streams of HTTP/2, which share one connection.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Config qw(mpm);
use PyHook::Ports qw(claim_ports);
use PyHook::Server;
use PyHook::Test;
use PyHook::Tls;
use URI::Escape qw(uri_escape_utf8);

my @rows = (
    ['req.is_https, conn.is_https', '(True, True)'],
    ['req.ssl_var("SSL_PROTOCOL"), conn.ssl_var("SSL_PROTOCOL")', qr/^\('TLSv1\.[23]', 'TLSv1\.[23]'\)$/],
    ['req.ssl_var("SSL_SERVER_S_DN_CN"), conn.ssl_var("SSL_SERVER_S_DN_CN")', q(('tls.example', 'tls.example'))],
    ['req.ssl_var("SSL_CLIENT_S_DN"), conn.ssl_var("SSL_CLIENT_S_DN"), req.ssl_var("no such thing")', '(None, None, None)'],
    ['[error(act, wrong) for act in (req.ssl_var, conn.ssl_var) for wrong in (5, None, "\0")]',
        q(['TypeError', 'TypeError', 'ValueError', 'TypeError', 'TypeError', 'ValueError'])],
    ['req.construct_url("/a%20b")', q('https://tls.example/a%20b')],
    ['server.hostname, req.server_name, req.port == server.port or req.port', qr/^\('tls\.example', 'tls\.example', (True|\d+)\)$/],
    ['each(req.add_common_vars(), req.subprocess_env["REQUEST_SCHEME"], req.subprocess_env["SERVER_NAME"])', q('tls.example')],
);
my @streams = (
    ['req.protocol, conn.master is conn, conn.master.is_https', q(('HTTP/2.0', False, True))],
    ['conn.master.ssl_var("SSL_SERVER_S_DN_CN"), conn.ssl_var("SSL_SERVER_S_DN_CN")', q(('tls.example', 'tls.example'))],
);

my $http2 = mpm() ne 'prefork';
plan tests => @rows * ($http2 ? 2 : 1) + 1 + ($http2 ? @streams + 3 : 0);

my $port = claim_ports();
my $server = PyHook::Server->new(conf => tls_host($port, <<'CONF'));
    Protocols h2 http/1.1
    UseCanonicalName On
    <Location />
        PyHookHandler asking:ask
    </Location>
    <Location /count>
        PyHookHandler http2:count
    </Location>
CONF
make_certificate($server->{root});
$server->start;

sub fetch { return (curl('--insecure', @_))[1] }
sub ask_over {
    my ($protocol, @questions) = @_;
    for my $row (@questions) {
        my ($question, $expected) = @$row;
        my $answer = fetch($protocol, '-H', 'Ask: ' . uri_escape_utf8($question), "https://127.0.0.1:$port/x") =~ s/.*?\r\n\r\n//sr;
        if (ref $expected) { like $answer, $expected, "$protocol: $question" }
        else               { is $answer, $expected, "$protocol: $question" }
    }
}

ask_over('--http1.1', @rows);
ask_over('--http2', @rows, @streams) if $http2;

like fetch('-H', 'Ask: req.is_https', $server->url('/types/x')), qr/ 404 /, 'the other host has no TLS';

if ($http2) {
    my @addresses = map { "https://127.0.0.1:$port/count?$_" } 1 .. 3;
    my @counts = fetch('--http2', @addresses) =~ /\) (\d+);/g;
    is "@counts", '1 2 3', 'the streams of a connection share the state of their master';

    # A hundred streams of one connection at a time.
    my $answers = fetch('--http2', '-Z', '--parallel-max', 100, "https://127.0.0.1:$port/count?[1-300]");
    @counts = sort { $a <=> $b } $answers =~ /^\('127\.0\.0\.1', 'TLSv1\.\d', None, False, \d+\) (\d+);/mg;
    is scalar @counts, 300, 'every stream looks at its master';
    cmp_ok $counts[-1] // 0, '>', 100, 'and many at the same one';
}
