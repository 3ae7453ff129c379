# A Flask application: sessions, JSON, uploads, files with ranges, streams and errors.
use strict;
use warnings;

use Test::More;

use PyHook::Application;
use PyHook::Test;

my $flask = PyHook::Application->new('flask', modules => ['flask'], commands => ['curl'])->start;

plan tests => 20;

is $flask->download('/shop/'), "welcome stranger\n", 'an application answers below its mount';
like $flask->curl('/shop/login', '-d', "name=Ren\xc3\xa9"),
    qr{^HTTP/1.1 302 .*^Location: /shop/$}ms, 'a redirect knows the mount';
like $flask->curl('/shop/'), qr{\n\nwelcome Ren\xc3\xa9\n$}, 'a session is a cookie';
like $flask->curl('/shop/basket/red%20shoes/%C3%A9', '-X', 'PUT', '--json', '{"count": 2}'),
    qr{^HTTP/1.1 201 .*"count":2,"ip":"127.0.0.1","thing":"red shoes/\\u00e9"}s, 'JSON, and a path in UTF-8';
like $flask->curl('/shop/basket/x', '-X', 'PUT', '--json', '{'), qr{^HTTP/1.1 400 }, 'no JSON is a 400';
like $flask->curl('/shop/none'), qr{^HTTP/1.1 404 .*Not Found}s, 'no route is a 404';
like $flask->curl('/shop/login'), qr{^HTTP/1.1 405 .*^Allow: }ms, 'no such method is a 405';

my $content = join '', map { "line $_\n" } 1 .. 50_000;
$flask->write_file('sent.txt', $content);
for my $chunked (0, 1) {
    my @how = ('-F', 'file=@sent.txt;type=text/plain;filename=got.txt', ('-H', 'Transfer-Encoding: chunked') x $chunked);
    like $flask->curl('/shop/upload', @how),
        qr{^HTTP/1.1 201 .*"name":"got.txt","type":"text/plain"}ms, 'an upload' . ' in chunks' x $chunked;
}
ok $flask->download('/shop/download/got.txt') eq $content, 'a download';
like $flask->curl('/shop/download/got.txt', '-r', '5-10'),
    qr{^HTTP/1.1 206 .*^Content-Length: 6\n.*\n\n1\nline\z}ms, 'part of it';
my ($tag) = $flask->curl('/shop/download/got.txt', '-I') =~ /^ETag: (.*)$/m;
like $flask->curl('/shop/download/got.txt', '-H', "If-None-Match: $tag"),
    qr{^HTTP/1.1 304 .*\n\n\z}s, 'and nothing of it, where it is known';
is scalar(() = $flask->download('/shop/stream?who=anna') =~ /^\d+ for anna$/mg), 100, 'a stream that knows its request';

# The client closes its end in the middle of an upload.
my $part = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"part.txt\"\r\n\r\nhalf of";
for my $head ('Content-Length: 1000', 'Transfer-Encoding: chunked') {
    my $sent = $head =~ /chunked/ ? sprintf("%x\r\n%s\r\n", length $part, $part) : $part;
    like raw_request("POST /shop/upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n$head\r\n\r\n$sent",
        port => $flask->{server}->port, half_close => 1), qr{^HTTP/1\.1 400 }, "an upload that breaks off, $head, is a 400";
    ok !-e $flask->place('part.txt'), 'and is not stored';
}
is $flask->errors, '', 'no error was logged';

like $flask->curl('/shop/broken'), qr{^HTTP/1.1 500 (?!.*shelf)}s, 'an exception is a 500';
like $flask->errors,
    qr{Exception on /broken \[GET\].*Traceback.*LookupError: nothing on the shelf}s, 'and its traceback in the error log';
