# A Quart application: sessions, JSON, uploads, streams, work after the response, WebSockets that hear each other.
use strict;
use warnings;

use Test::More;

use PyHook::Application;
use PyHook::Test;

my $quart = PyHook::Application->new('quart', modules => [qw(quart websockets)], commands => ['curl'])->start;

plan tests => 15;

is $quart->download('/bar/'), "welcome stranger\n", 'an application answers below its mount';
like $quart->curl('/bar/login', '-d', "name=Ren\xc3\xa9"), qr{^HTTP/1.1 302 .*^Location: /bar/$}msi, 'a redirect knows the mount';
like $quart->curl('/bar/'), qr{\n\nwelcome Ren\xc3\xa9\n$}, 'a session is a cookie';
like $quart->curl('/bar/order', '--json', '{"drink": "tea"}'), qr{^HTTP/1.1 201 .*"drink":"tea","ip":"127\.0\.0\.1"}s, 'JSON';
like $quart->curl('/bar/order', '--json', '{'), qr{^HTTP/1.1 400 }, 'no JSON is a 400';
like $quart->curl('/bar/none'), qr{^HTTP/1.1 404 .*Not Found}s, 'no route is a 404';
ok until_true { $quart->download('/bar/done') =~ /^\["opened","tea"\]/ }, 'startup, and work after the response';

$quart->write_file('sent.txt', 'x' x 1_000_000);
for my $chunked (0, 1) {
    like $quart->curl('/bar/upload', '-F', 'file=@sent.txt;type=text/plain', ('-H', 'Transfer-Encoding: chunked') x $chunked),
        qr{^HTTP/1.1 201 .*"name":"sent.txt","size":1000000,"type":"text/plain"}s, 'an upload' . ' in chunks' x $chunked;
}
like $quart->curl('/bar/count', '--data-binary', '@sent.txt'), qr/\n\n1000000$/, 'a body as it comes';
like $quart->curl('/bar/events?who=anna', '-N'), qr/\n\ndata: anna 0\n\ndata: anna 1\n\ndata: anna 2\n\n$/, 'events that know their request';

is $quart->succeeds('python3', '-c', <<'PY', $quart->url('/bar/talk') =~ s/^http/ws/r), "cheers cheers\n", 'two WebSockets hear each other';
import asyncio, sys, websockets
async def main():
    async with websockets.connect(sys.argv[1]) as one, websockets.connect(sys.argv[1]) as other:
        await other.send("hello")
        assert await other.recv() == "hello"
        await one.send("cheers")
        assert await one.recv() == "hello"
        print(await one.recv(), await other.recv())
asyncio.run(main())
PY
ok until_true { $quart->download('/bar/done') =~ /"left".*"left"/ }, 'and their ends are heard';

is $quart->errors, '', 'no error was logged';
like $quart->curl('/bar/broken'), qr{^HTTP/1.1 500 (?!.*drink)}s, 'an exception is a 500';
