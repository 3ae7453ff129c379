# A Starlette application: sessions, uploads, work after the response, event streams, WebSocket, lifespan.
use strict;
use warnings;

use Digest::SHA qw(sha1_hex);
use Test::More;

use PyHook::Application;
use PyHook::Test;

my $starlette = PyHook::Application->new('starlette', modules => [qw(starlette multipart itsdangerous websockets)], commands => ['curl'])->start;

plan tests => 18;

is $starlette->download('/'), "welcome stranger\n", 'an application answers at the root';
like $starlette->curl('/login', '--data-urlencode', "name=Ren\xc3\xa9"), qr{^HTTP/1.1 303 .*^Location: http://127\.0\.0\.1:\d+/$}msi, 'a redirect knows the host';
like $starlette->curl('/'), qr{\n\nwelcome Ren\xc3\xa9\n$}, 'a session is a cookie';
like $starlette->curl('/none'), qr{^HTTP/1.1 404 .*Not Found}s, 'no route is a 404';
like $starlette->curl('/upload'), qr{^HTTP/1.1 405 .*^Allow: POST}msi, 'no such method is a 405';

my $picture = join '', map { chr(($_ * 7919 >> 3) & 255) } 1 .. 1_000_000;
$starlette->write_file('sent.png', $picture);
for my $chunked (0, 1) {
    my $name = "got$chunked.png";
    my @how = ('-F', "picture=\@sent.png;type=image/png;filename=$name", ('-H', 'Transfer-Encoding: chunked') x $chunked);
    like $starlette->curl('/upload', @how),
        qr{^HTTP/1.1 201 .*"name":"$name","type":"image/png","size":1000000}s, 'an upload' . ' in chunks' x $chunked;
    is sha1_hex($starlette->download("/pictures/$name")), sha1_hex($picture), 'is stored, and sent as a file';
}
my ($tag) = $starlette->curl('/pictures/got0.png', '-I') =~ /^ETag: (.*)$/mi;
like $starlette->curl('/pictures/got0.png', '-H', "If-None-Match: $tag"), qr{^HTTP/1.1 304 .*\n\n\z}s, 'a file that is known is not sent';
ok until_true { $starlette->download('/made') eq '["got0.png","got1.png"]' }, 'work goes on after the response';

my $command = "curl -sN -H 'Last-Event-ID: 6' " . $starlette->url('/events') . ' | head -n 6';
is +($starlette->run('sh', '-c', $command))[1], join('', map { "id: $_\ndata: tick $_\n\n" } 7, 8), 'an event stream goes on where it was';
ok until_true { $starlette->download('/ended') eq '["events"]' }, 'and ends with its client';

is $starlette->succeeds('python3', '-c', <<'PY', $starlette->url('/talk') =~ s/^http/ws/r), "stranger é 100000\n", 'python3-websockets talks to it';
import asyncio, json, sys, websockets
async def main():
    async with websockets.connect(sys.argv[1]) as socket:
        await socket.send(json.dumps("é"))
        first = json.loads(await socket.recv())
        await socket.send(json.dumps("x" * 100_000))
        print(first["by"], first["said"], len(json.loads(await socket.recv())["said"]))
asyncio.run(main())
PY

is $starlette->errors, '', 'no error was logged';
like $starlette->curl('/broken'), qr{^HTTP/1.1 500 (?!.*picture)}s, 'an exception is a 500';
my $raised = qr{an application raised after its response was complete.*Traceback.*LookupError: no picture}s;
like $starlette->{server}->log_when($raised), $raised, 'which Starlette makes; the log has the traceback';
$starlette->{server}->stop;
is PyHook::Application::read_file($starlette->place('closed')), 'got0.png got1.png', 'the lifespan ends with the server';
