# httpd itself answers a body that it refuses. Nothing that Python says afterwards follows this answer, where the client
# would take it for the answer to its next request.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Wire;

my @readers = qw(handler/text handler/write handler/sendfile handler/pieces handler/pieces?early
    wsgi/list wsgi/file wsgi/write wsgi/pieces wsgi/pieces?early);
my $long = 'x' x 2000;
my %bodies = (
    'by length' => [\$long],
    'chunked'   => ['Transfer-Encoding: chunked', \sprintf("%x\r\n%s\r\n0\r\n\r\n", 2000, $long)],
    'bad chunk' => ['Transfer-Encoding: chunked', \"zz\r\nabc\r\n0\r\n\r\n"],
);

plan tests => @readers * keys %bodies;

my $port = Apache::Test::config()->port('refused_bodies');

for my $reader (@readers) {
    for my $kind (sort keys %bodies) {
        my ($responses, $rest) = exchange($port, ['POST', "/$reader", @{$bodies{$kind}}], ['GET', '/index.html']);
        my $found = join ' ', map { $_->{status} } @$responses;
        my $behind = @$responses && $responses->[0]{body} =~ /<\/html>.*forged/s;
        my $expected = $kind eq 'bad chunk' ? qr/^(?:400|200)$/ : qr/^(?:413|200)$/;
        ok $found =~ $expected && $rest eq '' && !$behind, "$reader: $kind" or diag "$found, then <$rest>";
    }
}
