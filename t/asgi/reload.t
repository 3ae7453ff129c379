# PyHookReload with an event loop: the loop of the old code ends its requests, event streams too, lets its applications
# shut down, and ends with its interpreter; new requests run on a loop of the new one.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY);
use File::Path qw(make_path);
use IO::Socket::INET;
use PyHook::Config qw(mpm);
use PyHook::Load qw(while_loaded);
use PyHook::Stream qw(open_stream);
use PyHook::Test;

my @words   = qw(one two three four);
my @streams = mpm() eq 'prefork' ? () : qw(/events /asgi/events); # each would keep a child of its own
my $threads = mpm() ne 'prefork';
plan tests => 1 + $#words * (3 + 3 * @streams + ($threads ? 2 : 0)) + 5;

my $place = Apache::Test::vars('t_logs') . '/reload-asgi';
make_path($place);

sub edit { replace_file("$place/reload_asgi.py", <<"PYTHON") }
import asyncio
import pyhook

word = "$_[0]"
seen = []


\@pyhook.on_exit
def end():
    print(f"{word}: the interpreter ends")


async def page(req):
    await asyncio.sleep(0.001)
    return word + "\\n"


async def reads(req):
    print(f"{word}: a body is awaited")
    return f"{word} has {len(await req.aread())} bytes"


async def events(req):
    req.content_type = "text/event-stream"
    while True:
        yield f"data: {word}\\n\\n"
        await asyncio.sleep(0.02)


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        return await live(receive, send)
    kind = "text/event-stream" if scope["path"].endswith("events") else "text/plain"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind.encode())]})
    if kind == "text/plain":
        return await send({"type": "http.response.body", "body": word.encode()})
    over = asyncio.ensure_future(until_disconnected(receive))
    try:
        while not over.done():
            await send({"type": "http.response.body", "body": f"data: {word}\\n\\n".encode(), "more_body": True})
            await asyncio.wait({over}, timeout=0.02)
    finally:
        over.cancel() # send() may be the one that finds that the client has gone


async def until_disconnected(receive):
    while (await receive())["type"] != "http.disconnect":
        pass


async def live(receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    print(f"{word}: the application shuts down")
    await send({"type": "lifespan.shutdown.complete"})
PYTHON

edit($words[0]);
my $server = PyHook::Server->new(children => 1, conf => <<"CONF")->start;
PyHookPath "$place"
PyHookInterpreter shop import=reload_asgi
PyHookRunIn shop
PyHookReload On
PyHookASGIAlias /asgi reload_asgi:application
PyHookHandler reload_asgi:page
<Location /reads>
    PyHookHandler reload_asgi:reads
</Location>
<Location /events>
    PyHookHandler reload_asgi:events
    PyHookSuspendAfter 0
</Location>
CONF

my $seen = while_loaded($server, sub {
    my ($answered) = @_;
    is GET_BODY($server->url('/asgi')), $words[0], 'the application serves';
    my $before;
    for my $word (@words) {
        replaced($before, $word) if $before;
        until_true { $answered->(qr/^$word$/) };
        $before = $word;
    }
});
is "@{ $seen->{failures} }", '', 'no request is lost';
is_deeply [sort keys %{ $seen->{texts} }], [sort @words], 'handlers answer with each code';
ok until_true { 1 == grep { $_ eq 'pyhook loop' } $server->child_threads }, 'one loop is left';
ok until_true { !grep { $_ eq 'pyhook end' } $server->child_threads }, 'nothing waits for the end of another';
$server->stop;
unlike $server->error_log, qr/${\crashed_or_late()}|PYHOOK\d|Task was destroyed|never awaited/, 'nothing crashes, hangs or is lost';

# A request of the old code, of which the body is to come.
sub upload {
    my ($word) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $@";
    $socket->autoflush;
    print $socket "POST /reads HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\n";
    ok until_true { $server->error_log =~ /$word: a body is awaited/ }, "$word: a body is awaited";
    return $socket;
}

sub replaced {
    my ($before, $after) = @_;
    my %open = map { $_ => open_stream($server, $_) } @streams;
    like $open{$_}->next_event, qr/^data: $before$/, "$_: a stream of $before" for @streams;
    my $upload = $threads ? upload($before) : undef;
    edit($after);
    is body_when($server->url('/asgi'), qr/^$after$/), $after, "$after: the fresh application serves";
    if ($threads) {
        print $upload 'body';
        like answer_from($upload, 15), qr{^HTTP/1\.1 200 .*\b$before has 4 bytes}s, "$before: a body that comes later is still read";
    }
    for (@streams) {
        ok $open{$_}->ends, "$_: the stream of $before ends";
        like open_stream($server, $_)->next_event, qr/^data: $after$/, "$_: the client's next one is of $after";
    }
    for my $last ('the application shuts down', 'the interpreter ends') {
        ok until_true { $server->error_log =~ /$before: $last/ }, "$before: $last";
    }
}
