# A body that a phase before the handler has read is there from its beginning for everything that comes later.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use Digest::SHA qw(sha1_hex);
use PyHook::Test;

my @places = qw(handler shouted redirected wsgi as-it-comes proxied);
my @sizes = (0, 10, 300_000);

my @declining = qw(declined declined-awaiting declined-shouted declined-twice declined-redirected declined-proxied);
my @given_back = (0, 10, 70_000, 200_000);

plan tests => @places * @sizes * 2 * 2 + @places + 3 + @declining * @given_back * 3 * 2 + 3;

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

# A handler reads some or all of the body and declines: the next one gets it from its beginning.
for my $place (@declining) {
    for my $size (@given_back) {
        my $body = substr 'abcdefghij' x (1 + $size / 10), 0, $size;
        my $seen = $place =~ /shouted/ ? uc $body : $body;
        for my $read (0, 7, -1) {
            for (["Content-Length: $size\r\n", $body], ["Transfer-Encoding: chunked\r\n", chunked($body)]) {
                my ($head, $sent) = @$_;
                my $answer = post($place, "X-Read: $read\r\n$head", $sent);
                my $had = digest($read < 0 ? $seen : substr $seen, 0, $read);
                like $answer, qr/^HTTP.1.1 200 OK\r\n(?:.*\r\n)*X-Declined: \Q$had\E(?:, \Q$had\E)*\r\n.*\Q@{[digest($seen)]}\E(?:\r\n0\r\n\r\n)?$/s,
                    "$place: declined after $read of $size bytes, $head";
            }
        }
    }
}
my $most = 262_144; # at most this is given back
my $refusal;
my $why = qr/handler early_bodies:decline returned DECLINED after it had read more than $most bytes of the body: nobody else could read them/;
my $log = error_log_since { $refusal = post('declined', "X-Read: -1\r\nContent-Length: 300000\r\n", 'x' x 300_000) } $why;
like $log, $why, 'more than is kept can not be declined, as the log says';
like $refusal, qr{^HTTP/1\.1 500 }, 'and the client';
like post('declined', "X-Read: 1000\r\nContent-Length: 900000\r\n", 'x' x 900_000), qr/\Q@{[digest('x' x 900_000)]}\E$/, 'but a look at its beginning can';
