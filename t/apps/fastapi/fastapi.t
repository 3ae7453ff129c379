# A FastAPI application: input that is checked, uploads, work after the response, events, WebSocket, and its OpenAPI page.
use strict;
use warnings;

use Digest::SHA qw(sha1_hex);
use Test::More;

use PyHook::Application;
use PyHook::Browser;
use PyHook::Test;

my $fastapi = PyHook::Application->new('fastapi', modules => [qw(fastapi multipart websockets)], commands => ['curl']);
$fastapi->start(PyHook::Browser::swagger());

plan tests => 18;

my @json = ('-X', 'PUT', '--json');
like $fastapi->curl('/items/7', @json, '{"name": "lamp", "price": 9.5}'),
    qr{^HTTP/1.1 201 .*\{"name":"lamp","price":9\.5\}$}s, 'an item';
like $fastapi->curl('/items/7'), qr{^HTTP/1.1 200 .*"lamp"}s, 'is kept; a plain function runs in a thread';
like $fastapi->curl('/items/8'), qr{^HTTP/1.1 404 .*\{"detail":"no such item"\}$}s, 'HTTPException';
like $fastapi->curl('/items/x'), qr{^HTTP/1.1 422 .*valid integer}s, 'a path is checked';
like $fastapi->curl('/items/7', @json, '{"name": "", "price": -1}'), qr{^HTTP/1.1 422 .*"name".*"price"}s, 'so is a body';
like $fastapi->curl('/items/7', @json, '{'), qr{^HTTP/1.1 422 }, 'no JSON is a 422';
ok until_true { $fastapi->download('/mails') eq '["7 lamp"]' }, 'work goes on after the response';
like $fastapi->curl('/me', '-H', 'Authorization: Bearer anna'), qr/\{"name":"anna"\}$/, 'a dependency reads credentials';
like $fastapi->curl('/me', '-H', 'Authorization: Basic x'), qr{^HTTP/1.1 401 .*^WWW-Authenticate: Bearer$}msi, 'and refuses others';
like $fastapi->curl('/openapi.json'), qr{^HTTP/1.1 200 .*"title":"The store".*"/items/\{number\}"}s, 'the schema';

my $large = join '', map { "line $_\n" } 1 .. 300_000; # Starlette keeps it in a temporary file
$fastapi->write_file('large.txt', $large);
$fastapi->write_file('small.txt', 'small');
my $uploaded = sprintf '"name":"large.txt","sha1":"%s"},{"name":"small.txt","sha1":"%s"', sha1_hex($large), sha1_hex('small');
for my $chunked (0, 1) {
    like $fastapi->curl('/files', '-F', 'files=@large.txt', '-F', 'files=@small.txt', ('-H', 'Transfer-Encoding: chunked') x $chunked),
        qr/\Q$uploaded\E/, 'two files are uploaded' . ' in chunks' x $chunked;
}
like $fastapi->curl('/events', '-N'), qr{^Content-Type: text/event-stream.*\n\ndata: 0\n\ndata: 1\n\ndata: 2\n\n$}msi, 'events';

is $fastapi->succeeds('python3', '-c', <<'PY', $fastapi->url('/talk/attic') =~ s/^http/ws/r), "attic: hello\n", 'a WebSocket with a path';
import asyncio, sys, websockets
async def main():
    async with websockets.connect(sys.argv[1]) as socket:
        await socket.send("hello")
        print(await socket.recv())
        await socket.close(4000)
asyncio.run(main())
PY
ok until_true { $fastapi->download('/mails') =~ /closed 4000/ }, 'hears its end';
is $fastapi->succeeds('python3', '-c', <<'PY', $fastapi->url('/none') =~ s/^http/ws/r), "403\n", 'one without a route is refused';
import asyncio, sys, websockets
async def main():
    try:
        await websockets.connect(sys.argv[1])
    except websockets.InvalidHandshake as refused: # its subclass depends on the version
        print(refused.response.status_code if hasattr(refused, "response") else refused.status_code)
asyncio.run(main())
PY

SKIP: {
    my $missing = PyHook::Browser::missing();
    skip $missing, 1 if $missing;
    ok PyHook::Browser::shows($fastapi, 'openapi.mjs', $fastapi->url('/docs')), 'the OpenAPI page calls the application from Chromium';
}
is $fastapi->errors, '', 'no error was logged';
