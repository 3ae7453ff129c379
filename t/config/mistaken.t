# The wrong directive names a callable: the log says what the object seems to be, and which directive to write.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_RC);
use PyHook::Server;
use PyHook::Test qw(:DEFAULT write_file);

my $root = Apache::Test::vars('t_logs') . '/mistaken';

write_file("$root/mistaken_apps.py", <<'PYTHON');
def wsgi(environ, start_response):
    start_response("200 OK", [])
    return [b""]


class WSGI:
    def __call__(self, environ, start_response):
        start_response("200 OK", [])
        return [b""]


class ASGI:
    async def __call__(self, scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})


asgi = ASGI()
framework = WSGI()


def make_wsgi():
    return WSGI()


def make_asgi():
    return ASGI()


def make_with(config):
    return WSGI()


async def anything(*arguments):
    await asgi(*arguments)


def synchronous(scope, receive, send):
    pass


def page(req):
    req.content_type = "text/plain"
    return "page"


def pieces(req):
    yield "page"
    yield "pieces"


async def coroutine(req):
    return "page"


async def coroutine_page(req):
    req.content_type = "text/plain"
    return req.uri


async def talk(ws):
    await ws.accept()


def upper(f):
    chunk = yield
    while chunk is not None:
        chunk = yield chunk.upper()


def lower(chunk):
    return chunk.lower()


def shortened(some):
    return some.strip()


class Counting:
    def __call__(self, chunk):
        return chunk.upper()

    def finish(self):
        return b"end"


class Page:
    def __init__(self, req):
        pass


def check(environ, user):
    return True


def allowed(req):
    return True


def listed(req):
    return ["a"]


def mapped(req):
    return {"a": 1}


def paired(req):
    return "page", 404
PYTHON
write_file("$root/site.wsgi", "from mistaken_apps import asgi as application\n");

sub seems { my ($words, $directive) = @_; qr/seems to be \Q$words\E\b.*: write \Q$directive\E/ }
my $wsgi    = seems('a WSGI application', 'PyHookWSGI or PyHookWSGIAlias');
my $asgi    = seems('an ASGI application', 'PyHookASGI or PyHookASGIAlias');
my $handler = seems('a handler', 'PyHookHandler');
my $filter  = seems('a filter', 'PyHookOutputFilter or PyHookInputFilter');

# [what is served, the log]: a line without a space is the callable of PyHookHandler.
my @places = (
    ['PyHookWSGI mistaken_apps:asgi'        => $asgi],
    ['PyHookWSGI mistaken_apps:make_asgi()' => $asgi],
    ["PyHookWSGI $root/site.wsgi"           => $asgi],
    ['PyHookWSGI mistaken_apps:anything'    => qr/returned coroutine: expected an iterable of bytes; .* for PyHookASGI/],
    ['PyHookWSGI mistaken_apps:page'        => $handler],
    ['PyHookWSGI mistaken_apps:coroutine'   => $handler],
    ['PyHookWSGI mistaken_apps:make_wsgi'   => qr/is called with \(environ, start_response\)\. If \S+ is a factory .*: mistaken_apps:make_wsgi\(\)/],
    ['PyHookWSGI mistaken_apps:make_with'   => qr/\. If mistaken_apps:make_with is a factory/],
    ['PyHookWSGI mistaken_apps:make_with()' => qr/a factory is called without arguments: give those of mistaken_apps:make_with\(\) a default/],
    ['PyHookASGI mistaken_apps:wsgi'        => $wsgi],
    ['PyHookASGI mistaken_apps:framework'   => $wsgi],
    ['PyHookASGI mistaken_apps:make_wsgi()' => $wsgi],
    ['PyHookASGI mistaken_apps:page'        => $handler],
    ['PyHookASGI mistaken_apps:make_asgi'   => qr/is called with \(scope, receive, send\)\. If \S+ is a factory .*: mistaken_apps:make_asgi\(\)/],
    ['PyHookASGI mistaken_apps:synchronous' => qr/an ASGI application is a coroutine function, async def/],
    ['mistaken_apps:wsgi'      => $wsgi],
    ['mistaken_apps:WSGI'      => $wsgi],
    ['mistaken_apps:framework' => $wsgi],
    ['mistaken_apps:asgi'      => $asgi],
    ['mistaken_apps:ASGI'      => $asgi],
    ['mistaken_apps:upper'     => $filter],
    ['mistaken_apps:lower'     => $filter],
    ['mistaken_apps:shortened' => $filter],
    ['mistaken_apps:Counting'  => $filter],
    ['mistaken_apps:talk'      => seems('a handler of WebSockets', 'PyHookWebSocket')],
    ['PyHookWebSocket mistaken_apps:asgi'      => $asgi],
    ['PyHookWebSocket mistaken_apps:wsgi'      => $wsgi],
    ['PyHookWebSocket mistaken_apps:coroutine_page' => $handler],
    ['mistaken_apps:Page'      => qr/mistaken_apps:Page is a class, which is called without arguments/],
    ['mistaken_apps:make_wsgi' => qr/mistaken_apps:make_wsgi is called with one argument, the request\. .* a factory/],
    ['mistaken_apps:listed'    => qr/of type list: expected .*; for JSON return json\.dumps\(\.\.\.\).*; for a body in pieces return iter/],
    ['mistaken_apps:mapped'    => qr/of type dict: expected .*; for JSON return json\.dumps/],
    ['mistaken_apps:paired'    => qr/of type tuple: expected .*; return the body alone, and set req\.status/],
    (map { ["SetHandler default-handler\nSetOutputFilter $_->[0]" => $_->[1]] }
        [PAGE => $handler], [PIECES => $handler], [COROUTINE => qr/coroutine is async def: a filter is .*\n.*$handler/], [WSGI => $wsgi], [ASGI => $asgi]),
    ["AuthType Basic\nAuthName x\nAuthBasicProvider checks\nRequire valid-user" => qr/the check of a password is called with \(req, user, password\)/],
    ["Require allows one" => qr/it is called with \(req, args\)/],
);

plan tests => 2 * @places;

my $number = 0;
my $conf = "PyHookPath $root\nPyHookAuthnProvider checks mistaken_apps:check\nPyHookAuthzProvider allows mistaken_apps:allowed\n"
    . join('', map { 'PyHookOutputFilter ' . uc . " mistaken_apps:$_\n" } qw(page pieces coroutine wsgi asgi))
    . join('', map {
        my ($lines) = @$_;
        $lines = "PyHookHandler $lines" if $lines !~ / /;
        ++$number;
        "Alias /place$number \@documentroot\@/index.html\n<Location /place$number>\n$lines\n</Location>\n"
    } @places)
    . "<Directory $root>\nRequire all granted\n</Directory>\n";
my $server = PyHook::Server->new(children => 1, conf => $conf)->start;
$number = 0;
my @upgrade = (Connection => 'Upgrade', Upgrade => 'websocket', 'Sec-WebSocket-Version' => 13, 'Sec-WebSocket-Key' => 'dGhlIHNhbXBsZSBub25jZQ==');
for my $place (@places) {
    my ($lines, $message) = @$place;
    my $start = length $server->error_log;
    ++$number;
    is GET_RC($server->url("/place$number"), username => 'ann', password => 'x', $lines =~ /WebSocket/ ? @upgrade : ()), 500, "$lines fails";
    like substr($server->error_log, $start) =~ s/^(?:\[[^\]\n]*\] )+//gmr, $message, 'and the log says what to do';
}
$server->stop;
