# Mistakes of beginners: each entry of the log names the cause and the cure.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY GET_RC);
use PyHook::Server;
use PyHook::Test qw(:DEFAULT write_file);

my $root = Apache::Test::vars('t_logs') . '/first_day';

write_file("$root/first_day_own.py", <<'PYTHON');
import functools
import os


def create_app(config=None):
    return functools.partial(application)


def application(environ, start_response):
    start_response("200 OK", [])
    return [b"application"]


def page():
    return "never"


def sets(req):
    req.foo = 1


def own(req):
    req.state.foo = 1
    return "own"


def writes(req):
    open("/proc/1/mem-of-nobody" if os.getuid() == 0 else "/etc/shadow").close()


def logs(req):
    open(os.path.dirname(__file__) + "/read-only/access.log", "a").close()


def overwrites(req):
    open(os.path.dirname(__file__) + "/read-only/kept", "w").close()


def deep(req):
    open(os.path.dirname(__file__) + "/sealed/inner/access.json", "a").close()


def broken(req):
    import first_day_broken


def swallow(f):
    """The yield is missing."""
    f.upper()


def banner(f):
    """The yield is missing, and the chunk forgotten."""
    return b"<p>banner</p>"


def takes_filter(f):
    return f.request.uri.encode()


def flask(req):
    return req.headers["Host"]


class Response:
    async def __call__(self, scope, receive, send):
        pass


def responds(req):
    return Response()


async def responds_later(req):
    return Response()


class Application:
    def __call__(self, environ, start_response):
        start_response("200 OK", [])
        return [b"object"]


served = Application()
PYTHON
write_file("$root/first_day_broken.py", "import first_day_deeper\n");
write_file("$root/first_day_deeper.py", "raise RuntimeError('deep inside')\n");
write_file("$root/other.wsgi", "from first_day_own import Application\n\napp = Application()\n\n\ndef helper():\n    pass\n");
write_file("$root/bad.wsgi", "import first_day_deeper\n");
write_file("$root/closed/first_day_closed.py", "def page(req):\n    return 'closed'\n");
write_file("$root/above/inner/first_day_above.py", "def page(req):\n    return 'above'\n");
write_file("$root/package/first_day_package/__init__.py", '');
write_file("$root/first_day_open/__init__.py", '');
write_file("$root/read-only/kept", '');
write_file("$root/sealed/inner/kept", '');
for my $home (qw(packages library)) {
    system('python3', '-I', '-m', 'venv', '--without-pip', "$root/$home") == 0 or die "venv: $?";
}
my ($packages) = glob "$root/packages/lib/python3*/site-packages";
chmod 0444, "$root/read-only/kept";
chmod 0555, "$root/read-only";
write_file("$root/package/first_day_package/inner.py", "def page(req):\n    return 'package'\n");

my @places = (
    [first_day_closed => 'PyHookHandler first_day_closed:page',
        qr{No module named 'first_day_closed'\n.*\Q$root\E/closed\b.* can't be read by \S+, the server's user: let that user read it}],
    [first_day_above => 'PyHookHandler first_day_above:page', qr{\n.*\Q$root\E/above\b.* can't be read by \S+, the server's user}],
    [package => 'PyHookHandler first_day_package.inner:page', qr{\n.*\Q$root\E/package/first_day_package can't be read by \S+, the}],
    [nowhere => 'PyHookHandler first_day_nowhere:page', qr{No module named 'first_day_nowhere'\n}],
    [inside => 'PyHookHandler first_day_open.views:page',
        qr{No module named 'first_day_open\.views'\n.*The package first_day_open is in \Q$root\E/first_day_open$}m],
    [factory => 'PyHookWSGI first_day_own:create_app',
        qr{takes from 0 to 1 positional arguments but 2 were given\n.*an application is called with \(environ, start_response\)\. If first_day_own:create_app is a factory that makes one, name it with \(\): first_day_own:create_app\(\)}],
    [arguments => 'PyHookHandler first_day_own:page', qr{first_day_own:page is called with one argument, the request}],
    [callable => "PyHookWSGI $root/other.wsgi",
        qr{\Q$root\E/other\.wsgi has no 'application', but app, helper: write after the colon what is meant}],
    [attribute => 'PyHookHandler first_day_own:pages', qr{first_day_own\.py has no 'pages', but create_app, application, page, sets, own,}],
    [sets => 'PyHookHandler first_day_own:sets', qr{a request has no field 'foo': what is yours goes into req\.state, as in req\.state\.foo}],
    [flask => 'PyHookHandler first_day_own:flask', qr{no attribute 'headers'\n.*instead of 'headers', which other frameworks have, write req\.headers_in$}m],
    (map { [$_ => "PyHookHandler first_day_own:$_", qr{what first_day_own:$_ returned is called with \(environ, start_response\), as a WSGI response: }] }
            qw(responds responds_later)),
    [writes => 'PyHookHandler first_day_own:writes', qr{\n.*\S+, the server's user, can't read /etc/shadow: let that user, or name another place}],
    [logs => 'PyHookHandler first_day_own:logs',
        qr{\n.*\S+, the server's user, can't write in \Q$root\E/read-only: let that user, .*\. What CustomLog names is opened by the user who starts httpd$}m],
    [overwrites => 'PyHookHandler first_day_own:overwrites', qr{\n.*\S+, the server's user, can't write \Q$root\E/read-only/kept: let that user, or name another place$}m],
    [deep => 'PyHookHandler first_day_own:deep', qr{\n.*\S+, the server's user, can't enter \Q$root\E/sealed: }],
    [filter => "SetHandler default-handler\nSetOutputFilter SWALLOW", qr{swallow got a chunk of the body and returned None: return what goes on, b'' for nothing; .* with yield}],
    [ignores => "SetHandler default-handler\nSetOutputFilter IGNORES",
        qr{banner never looks at its argument 'f', the chunk: what it returns would replace every chunk of the body; .* with yield}],
    [takes => "SetHandler default-handler\nSetOutputFilter TAKES",
        qr{no attribute 'request'\n.*takes_filter is called with each chunk of the body, bytes: .* with yield}],
    [site => "PyHookRunIn closed-packages\nPyHookHandler first_day_site:page",
        qr{No module named 'first_day_site'\n.*\Q$root\E/packages/lib/python[\d.t]+/site-packages can't be read by \S+, the server's user}],
    [lib => "PyHookRunIn closed-library\nPyHookHandler first_day_site:page",
        qr{No module named 'first_day_site'\n.*\Q$root\E/library/lib can't be read by \S+, the server's user}],
    [broken => 'PyHookHandler first_day_own:broken', qr{RuntimeError: deep inside}],
    [file => "PyHookWSGI $root/bad.wsgi", qr{bad\.wsgi", line 1, in <module>\n.*\n.*first_day_deeper\.py", line 1, in <module>\n.*\n.*RuntimeError: deep inside}],
);

plan tests => 2 * @places + 4;

my $conf = "PyHookPath $root/closed $root/above/inner $root/package $root\nPyHookOutputFilter SWALLOW first_day_own:swallow\n"
    . "PyHookOutputFilter IGNORES first_day_own:banner\nPyHookOutputFilter TAKES first_day_own:takes_filter\n"
    . "PyHookInterpreter closed-packages home=$root/packages\nPyHookInterpreter closed-library home=$root/library\n"
    . join('', map { "Alias /$_ \@documentroot\@/index.html\n" } qw(filter ignores takes))
    . join('', map { "<Location /$_->[0]>\n$_->[1]\n</Location>\n" } @places)
    . "<Location /own>\nPyHookHandler first_day_own:own\n</Location>\n<Directory $root>\nRequire all granted\n</Directory>\n"
    . "<Location /nowhere-else>\nPyHookHandler first_day_nowhere_else:page\n</Location>\n<Location /served>\nPyHookWSGI first_day_own:served\n</Location>\n";
my $server = PyHook::Server->new(children => 1, conf => $conf)->start;
my @closed = ($packages, "$root/library/lib", "$root/sealed", "$root/closed", "$root/above", "$root/package/first_day_package");
chmod 0, @closed;
my $all = '';
for my $place (@places) {
    my ($name, undef, $message) = @$place;
    my $start = length $server->error_log;
    is GET_RC($server->url("/$name")), 500, "/$name fails";
    my $log = substr($server->error_log, $start) =~ s/^(?:\[[^\]\n]*\] )+//gmr;
    like $log, $message, 'and the log says what to do';
    $all .= $log;
}
chmod 0755, @closed, "$root/read-only";
my $start = length $server->error_log;
GET $server->url('/nowhere-else');
like substr($server->error_log, $start),
    qr{No module named 'first_day_nowhere_else'\n.*It was looked for in /\S+, .* and \d+ more \(PyHookPath\), and where the environment},
    'a module that is nowhere: the places where it was looked for';
is GET_BODY($server->url('/own')), 'own', 'state takes what a request does not';
is GET_BODY($server->url('/served')), 'object', 'an object is an application, too';
unlike $all, qr/frozen importlib/, 'no traceback shows the machinery of imports';
$server->stop;
