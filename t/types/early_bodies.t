# A body that a phase before the handler has read is there again for all that come later, from its beginning.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use Digest::SHA qw(sha1_hex);
use PyHook::Test;

my @places = qw(handler shouted redirected wsgi as-it-comes proxied);
my @sizes = (0, 10, 300_000);

plan tests => @places * @sizes * 2 * 2 + @places + 3;

my $port = Apache::Test::config()->port('early_bodies');

sub post {
    my ($place, $headers, $body) = @_;
    return raw_request("POST /$place HTTP/1.1\r\nHost: x\r\nConnection: close\r\n$headers\r\n$body", port => $port);
}

sub chunked { return (length($_[0]) ? sprintf("%x\r\n%s\r\n", length $_[0], $_[0]) : '') . "0\r\n\r\n" }

sub digest { return length($_[0]) . ' ' . sha1_hex($_[0]) }

for my $place (@places) {
    for my $size (@sizes) {
        my $body = substr 'abcdefghij' x (1 + $size / 10), 0, $size;
        my $expected = digest($place eq 'shouted' ? uc $body : $body);
        for (["Content-Length: $size\r\n", $body], ["Transfer-Encoding: chunked\r\n", chunked($body)]) {
            my ($head, $sent) = @$_;
            my $answer = post($place, "X-Look: yes\r\n$head", $sent);
            my @seen = map { split /, / } $answer =~ /^X-Seen: (.*)\r$/gm;
            like $answer, qr/\Q$expected\E(?:\r\n0\r\n\r\n)?$/, "$place: $size bytes, $head";
            is scalar(grep { $_ eq digest($body) } @seen), @seen >= 3 ? @seen : 3, 'and in every phase before';
        }
    }
    like post($place, "X-Some: yes\r\nContent-Length: 10\r\n", 'abcdefghij'),
        qr/\Q@{[digest($place eq 'shouted' ? 'ABCDEFGHIJ' : 'abcdefghij')]}\E(?:\r\n0\r\n\r\n)?$/, "$place: of which a part was read";
}

my $long = 'x' x 1_000_001;
my $refused = post('handler', "X-Look: yes\r\nContent-Length: 1000001\r\n", $long);
like $refused, qr{^HTTP/1\.1 413 }, 'one over LimitRequestBody is refused';
unlike $refused, qr{HTTP/1\.1 413 .*HTTP/1\.1 }s, 'once';
like post('handler', "X-Look: yes\r\nTransfer-Encoding: chunked\r\n", "zz\r\n"), qr{^HTTP/1\.1 400 }, 'and one that is broken';
