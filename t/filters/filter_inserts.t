# PyHookInsertFilter that fails: content that the filter was to protect is not sent, wherever it comes from, and the
# client gets the callable's status.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Config qw(mpm);
use PyHook::Server;

my @protocols = mpm() eq 'prefork' ? '--http1.1' : ('--http1.1', '--http2-prior-knowledge');
my $server = PyHook::Server->new(children => 1);
mkdir "$server->{root}/cache" or die $!;
chmod 0777, "$server->{root}/cache" or die $!;
$server->with_conf(<<'CONF')->start;
Protocols h2c http/1.1
CacheRoot "@t_logs@/cache"
CacheEnable disk /kept
PyHookInsertFilter filter_inserts:protects
ErrorDocument 451 "The page for a refusal"
<Location />
    PyHookHandler filter_inserts:secret
</Location>
Listen 127.0.0.1:@port2@
<VirtualHost 127.0.0.1:@port2@>
    CacheQuickHandler off
    <Location /kept-and-marked>
        SetOutputFilter CACHE
    </Location>
</VirtualHost>
CONF

my %places = (
    'a handler'                        => $server->url('/new'),
    'mod_cache, before all phases'     => $server->url('/kept'),
    'mod_cache, as the handler'        => 'http://127.0.0.1:' . ($server->port + 1) . '/kept',
    'mod_cache, where its marker stands' => 'http://127.0.0.1:' . ($server->port + 1) . '/kept-and-marked',
);
my %ways = (
    http     => [451, qr{^Link: <http://judge\.example/>; rel=blocked-by\r$}mi, qr{The page for a refusal}],
    redirect => [302, qr{^Location: http://elsewhere\.example/\r$}mi, qr{<h1>Found}],
    error    => [500, qr{^Content-Type: text/html}mi, qr{<h1>Internal Server Error}],
    410      => [410, qr{^Content-Type: text/html}mi, qr{<h1>Gone}],
    17       => [500, qr{^Content-Type: text/html}mi, qr{<h1>Internal Server Error}],
);

sub curl { my (@words) = @_;
    open my $output, '-|', 'curl', '-si', '--max-time', 20, @words or die "curl: $!";
    local $/;
    return <$output> // '';
}

plan tests => @protocols * keys(%places) * (1 + keys %ways);
for my $place (sort keys %places) {
    for my $protocol (@protocols) {
        my ($first, $second) = map { curl($protocol, $places{$place}) } 1 .. 2;
        my ($one) = $first =~ /secret (\d+)/;
        like $second, $place =~ /cache/ ? qr{^secret $one$}m : qr{^secret (?!$one$)\d+$}m, "$protocol: a page of $place";
        for my $way (sort keys %ways) {
            my ($status, $head, $body) = @{ $ways{$way} };
            my $answer = curl($protocol, $places{$place}, '-H', "X-Way: $way");
            ok $answer =~ m{^HTTP/\S+ $status } && $answer =~ $head && $answer =~ $body && $answer !~ /secret/,
                "is refused: $way" or diag $answer;
        }
    }
}
