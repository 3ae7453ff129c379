# An application reads exactly what a client sends, with a length beforehand or without.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use Compress::Zlib qw(memGzip);
use Digest::SHA qw(sha1_hex);
use PyHook::Config qw(mpm);
use PyHook::Test;

plan tests => 36;

sub chunked {
    my (@pieces) = @_;
    return join '', (map { sprintf "%x\r\n%s\r\n", length $_, $_ } @pieces), "0\r\n\r\n";
}

sub post {
    my ($path, $head, $body, %how) = @_;
    return raw_request("POST $path HTTP/1.1\r\nHost: x\r\nConnection: close\r\n$head\r\n$body", %how);
}

my $chunked = "Transfer-Encoding: chunked\r\n";

for my $size (0, 1, 1000, 70_000, 300_000, 3_000_000) {
    my $body = substr 'abcdefghij' x (1 + $size / 10), 0, $size;
    my $digest = sha1_hex($body);
    my @pieces = unpack '(a50000)*', $body;
    like post('/wsgi-body/by_length', "Content-Length: $size\r\n", $body), qr/\r\n\r\n$size $digest None$/,
        "$size bytes with a length";
    like post('/wsgi-body/by_length', $chunked, chunked(@pieces)), qr/\r\n\r\n$size $digest None$/,
        "$size bytes without";
}
like post('/wsgi-stream/to_the_end', $chunked, chunked('abc', 'def')), qr/\r\n\r\n6 None 'chunked'$|6 None chunked$/,
    'as it comes, where the location wants it';
like post('/wsgi-body/by_length', $chunked, chunked(('x' x 100_000) x 42)), qr{^HTTP/1.1 413 },
    'a body without a length has a limit';
like post('/wsgi-body/by_length', $chunked, "zz\r\n"), qr{^HTTP/1.1 400 }, 'a broken body is not accepted';
like post('/wsgi-body/by_length', $chunked, "5\r\nab", half_close => 1), qr{^HTTP/1.1 400 }, 'nor half of one';

my $long = memGzip(join '', map { sprintf '%06d', $_ * 7919 % 999_983 } 1 .. 50_000);
my $gzip = "Content-Encoding: gzip\r\nContent-Length: " . length($long) . "\r\n";
like post('/wsgi-inflated/to_the_end', $gzip, $long), qr/\r\n\r\n300000 None /, 'a filter may make more of it than its length';
like post('/wsgi-inflated-whole/to_the_end', $gzip, $long), qr/\r\n\r\n300000 300000 /, 'what it made is what CONTENT_LENGTH says';
like post('/wsgi-inflated-whole/to_the_end', $chunked, chunked('abc')), qr/\r\n\r\n3 3 None$/, 'of a body that it left alone, too';
like post('/wsgi-inflated-whole/to_the_end', '', ''), qr/\r\n\r\n0 None None$/, 'and nothing where there is none';

my $text = "one\ntwo three\nfour\nfive\nsix\nseven";
my $expected = q{[b'one\n', b'two', 4, b' thr', b'ee', b'\n', [b'four\n'], [b'five\n', b'six\n', b'seven'], b'', b'', b'']};
like post('/wsgi-body/lines', 'Content-Length: ' . length($text) . "\r\n", $text), qr/\Q$expected\E$/, 'by all methods';
like post('/wsgi-body/lines', $chunked, chunked(split //, $text)), qr/\Q$expected\E$/, 'and without a length';

my $two = "POST /wsgi-body/unread HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n" . 'x' x 70_000
    . "GET /wsgi-body/unread HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
like raw_request($two), qr/unread.*200 OK.*unread$/s, 'an unread body does not harm the next request';

my $expect = "POST /wsgi-body/%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc";
like raw_request(sprintf $expect, 'by_length'), qr{^HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 }, '100-continue';
my $without = $expect =~ s/Content-Length: 3\r\n/$chunked/r =~ s/abc$/3\r\nabc\r\n0\r\n\r\n/r;
like raw_request(sprintf $without, 'by_length'), qr{^HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 .*\r\n\r\n3 }s,
    'and without a length';

like post('/wsgi-body/caught', "Content-Length: 50\r\n", 'short', half_close => 1), qr/BodyError 400$/,
    'a body that is cut off is an OSError';
like post('/wsgi-body/to_the_end', "Content-Length: 50\r\n", 'short', half_close => 1), qr{^HTTP/1.1 400 },
    'and 400 if nobody catches it';
like post('/wsgi-body/caught', "Content-Length: 5000\r\n", 'x' x 5000), qr{^HTTP/1.1 413 }, 'LimitRequestBody';

like post('/wsgi-body/caught', $chunked, chunked('x' x 5000)), qr{^HTTP/1.1 413 }, 'and without a length';
like post('/wsgi-body/caught', $chunked, chunked('x' x 1000)), qr{^HTTP/1.1 200 .*complete$}s, 'which is no more than the limit';
unlike raw_request(sprintf $expect, 'unread'), qr/100 Continue/, 'nobody is told to continue what the application does not read';
like raw_request(sprintf $expect, 'unread'), qr{^HTTP/1.1 200 .*unread$}s, 'which answers';

my $server = PyHook::Server->new(conf => 'PyHookWSGIAlias / wsgi_body:app', children => 1)->start;
is GET_BODY($server->url('/kept')), 'kept', 'an input is kept';
# The client has its response a moment before httpd ends the request.
my $ended = '';
for (1 .. 100) {
    $ended = GET_BODY($server->url('/ended'));
    last if $ended eq 'RequestEnded';
}
is $ended, 'RequestEnded', 'after its request it only raises';

SKIP: {
    skip 'mod_http2 does not support prefork', 2 if mpm() eq 'prefork';
    skip 'no nghttp', 2 unless grep { -x "$_/nghttp" } split /:/, $ENV{PATH};
    my $h2 = PyHook::Server->new(conf => "Protocols h2c http/1.1\nPyHookWSGIAlias / wsgi_body:app")->start;
    my ($file) = map { "$_/h2-body" } Apache::Test::vars('t_logs');
    open my $out, '>', $file or die $!;
    print $out 'x' x 100_000;
    close $out;
    my $digest = sha1_hex('x' x 100_000);
    for my $option ('', '--no-content-length') {
        my $answer = `nghttp --data=$file $option @{[$h2->url('/by_length')]} 2>&1`;
        like $answer, qr/100000 $digest None/, "over HTTP/2 $option";
    }
}
