# Connection filters: raw bytes in both directions, once per connection however often they are added, and how they end.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use IO::Socket::INET;
use PyHook::Test;

plan tests => 21;

my $at = '/filters/filter_connections';
my $end = "Connection: close\r\n\r\n";

sub turned { $_[0] =~ tr/A-Za-z/N-ZA-Mn-za-m/r }
sub request { "$_[0] HTTP/1.1\r\nHost: x\r\n" . ($_[1] // "\r\n") }

# A whole connection in rot13.
my $port = Apache::Test::config()->port('rot13');
my $two = request('POST /one', "Content-Length: 4\r\n\r\nbody") . request('GET /two', $end);
my $answer = turned(raw_request(turned($two), port => $port));
like $answer, qr{^HTTP/1\.1 200 OK\r\n.*\r\n\r\nPOST /one body}s, 'a connection filter sees raw bytes, both ways';
like $answer, qr{POST /one bodyHTTP/1\.1 200 .*GET /two $}s, 'of pipelined requests too';
my $chunked = "Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n";
$answer = turned(raw_request(turned(request('POST /chunked', $chunked) . request('GET /two', $end)), port => $port));
like $answer, qr{POST /chunked firstsecondHTTP/1\.1 200 .*GET /two $}s, 'and of a chunked body';
my $long = 'abcdefgh' x 50_000;
$answer = turned(raw_request(turned(request('POST /long', 'Content-Length: ' . length($long) . "\r\n$end$long")), port => $port));
like $answer, qr{POST /long \Q$long\E$}, 'long ones go through whole';
like raw_request("\x16\x03\x01" . "x" x 40 . "\r\n\r\n", port => $port), qr{UGGC/1\.1 400|400}, 'what is no HTTP is refused';

# Added for each request, on a kept connection.
for my $how (qw(by-directive by-handler)) {
    my @responses = split m{(?=UGGC/1\.1 )}, raw_request(request("GET $at/$how") x 2 . request("GET $at/$how", $end));
    is scalar @responses, 3, "$how: three responses on one connection";
    is_deeply [grep { !m{^HTTP/1\.1 200 .*/$how $}s } map { turned($_) } @responses], [],
        'and the filter is there once';
}
$answer = raw_request(request("GET $at/own", $end));
like turned($answer), qr{^HTTP/1\.1 200 }, 'Request.add_output_filter adds connection filters too';
like $answer, qr/\r\n\r\n.*twice is once more/s, 'below those of the request';
is GET_BODY("$at/refused"), join("\n", map { (
    "ValueError: the $_ filter 'K-PLAIN' is none of connections: add it to a request",
    "LookupError: there is no $_ filter 'K-NONE'") } qw(output input)), 'only connection filters are for connections';

# A failure ends this connection, and no other.
my $log = error_log_since { $answer = raw_request(request("GET $at/broken") x 2) } qr/KeyError/;
is $answer, '', 'one that raises breaks the connection off';
like $log, qr/PYHOOK0010: output filter filter_connections:broken raised.*KeyError: 'broken connection filter'/s, 'and is logged';
$log = error_log_since {
    $answer = raw_request(request("POST $at/broken-input", "Content-Length: 4\r\n\r\nbody") . request("GET $at", $end))
} qr/KeyError/;
unlike $answer, qr/200 OK/, 'the same with what comes in';
like $log, qr/PYHOOK0010: input filter filter_connections:broken raised/, 'logged too';
like GET_BODY($at), qr/^GET/, 'other connections are served';
$log = error_log_since { $answer = raw_request(request("GET $at/refuses") x 2) } qr/refuses the connection|PYHOOK/;
is $answer, '', 'one that raises an HTTPError breaks it off, too';
unlike $log, qr/PYHOOK|Traceback/, 'which is no error, as in the hooks of connections';
my @left = split m{(?=UGGC/1\.1 |HTTP/1\.1 )}, raw_request(request("GET $at/leaves") . request("GET $at/other", $end));
like $left[0] . $left[1], qr{^UGGC/.*HTTP/1\.1 200 .*GET $at/other $}s, 'one that returns lets the rest of the connection pass';

# Each request in its own packet, so that the bytes read so far end with the first one's last line.
my $kept = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => Apache::Test::config()->port('declines')) or die "connect: $@";
$kept->autoflush;
print $kept request('GET /one');
sysread $kept, $answer, 65_536;
print $kept request('GET /two', $end);
like $answer . do { local $/; <$kept> }, qr{GET /one HTTP/1\.1 200 .*GET /two $}s, 'one that declines lets all requests of the connection pass';
