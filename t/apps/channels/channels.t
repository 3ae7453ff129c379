# A chat of Django and Channels: sockets that know their session and hear each other, and the same in two Chromium pages.
use strict;
use warnings;

use Test::More;

use PyHook::Application;
use PyHook::Browser;

my $channels = PyHook::Application->new('channels', modules => [qw(channels django websockets)], commands => ['curl']);
$channels->set_environment(DJANGO_SETTINGS_MODULE => 'chat.settings', CHAT_PLACE => $channels->place);
$channels->succeeds(qw(python3 -m django migrate --run-syncdb --verbosity 0));
$channels->start;

plan tests => 6;

like $channels->curl('/room/attic?as=anna'), qr{^HTTP/1.1 200 .*^Set-Cookie:\s+sessionid=.*new WebSocket}msi, 'the page of a room';

is $channels->succeeds('python3', '-c', <<'PY', $channels->url('/')), <<'SAID', 'members hear each other';
import asyncio, sys, urllib.request, websockets, websockets.version
site = sys.argv[1]
def cookie(name):
    with urllib.request.urlopen(f"{site}room/attic?as={name}") as page:
        return page.headers["Set-Cookie"].split(";")[0]
headers = "extra_headers" if int(websockets.version.version.split(".")[0]) < 14 else "additional_headers"
def member(name):
    return websockets.connect(site.replace("http", "ws") + "talk/attic", origin=site.rstrip("/"), **{headers: {"Cookie": cookie(name)}})
async def main():
    async with member("anna") as anna:
        print(await anna.recv())
        async with member("ben") as ben:
            print(await ben.recv(), await anna.recv(), sep=", ")
            await ben.send("hello \u00e9")
            print(await ben.recv(), await anna.recv(), sep=", ")
        print(await anna.recv())
        await anna.send("/leave")
        await anna.wait_closed()
        print(anna.close_code)
asyncio.run(main())
PY
anna came
ben came, ben came
ben: hello é, ben: hello é
ben left 1000
4000
SAID

for (['a stranger', {}], ['a page of another site', {origin => 'http://elsewhere.example'}]) {
    my ($who, $how) = @$_;
    my $origin = $how->{origin} // $channels->url('');
    my @cookie = $how->{origin} ? ('-b', $channels->place('cookies')) : ();
    my (undef, $answer) = $channels->run('curl', '-si', '-m', 20, @cookie, '-H', "Origin: $origin", '-H', 'Connection: Upgrade', '-H', 'Upgrade: websocket',
        '-H', 'Sec-WebSocket-Version: 13', '-H', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', $channels->url('/talk/attic'));
    like $answer, qr{^HTTP/1.1 403 }, "$who is refused";
}

SKIP: {
    my $missing = PyHook::Browser::missing();
    skip $missing, 1 if $missing;
    ok PyHook::Browser::shows($channels, 'chat.mjs', $channels->url('/')), 'two Chromium pages talk to each other';
}
is $channels->errors, '', 'no error was logged';
