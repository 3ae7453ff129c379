# PyHookReload in named interpreters: the next request is served by new code, running requests finish in the old.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY GET_RC);
use File::Path qw(make_path);
use PyHook::Test;
use Time::HiRes qw(sleep time);

plan tests => 22;

my $place = Apache::Test::vars('t_logs') . '/reload';
make_path($place);

# A file is complete at once, and newer than the one before.
sub edit { my ($name, $text) = @_; replace_file("$place/$name", $text) }

# The log, when the pattern is in it; requests go on meanwhile.
sub logged_when {
    my ($server, $pattern, $url) = @_;
    until_true { GET_BODY $url; $server->error_log =~ $pattern };
    return $server->error_log;
}

my $page = <<'END';
import os, threading, time
from reload_words import word
import pyhook

threading.get_ident()
local = threading.local()

def show(req):
    local.seen = word
    return f"{word} {req.interpreter}\n"

def slow(req):
    open(f"{req.options['place']}/running", "w").close()
    while not os.path.exists(f"{req.options['place']}/go"):
        time.sleep(0.01)
    return f"{word} {pyhook.is_stopping()}\n"

@pyhook.on_exit
def leave():
    print("leaves", word)

class Last:
    def __del__(self, log=pyhook.log, word=word):
        log(f"{word} is gone", "notice")

last = Last()
END

edit('reload_words.py', "word = 'one'\n");
edit('reload_page.py', $page);
edit('reload.wsgi', <<'END');
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"wsgi one\n"]
END

my $threaded = $ENV{PYHOOK_MPM} ne 'prefork';
my $server = PyHook::Server->new(children => 1, conf => <<END)->start;
PyHookPath "$place"
PyHookInterpreter shop import=reload_page
PyHookInterpreter pool count=2
PyHookReload On
PyHookOption place "$place"
<Location /shop>
    PyHookRunIn shop
    PyHookHandler reload_page:show
</Location>
<Location /slow>
    PyHookRunIn shop
    PyHookHandler reload_page:slow
</Location>
<Location /pool>
    PyHookRunIn pool
    PyHookHandler reload_page:show
</Location>
<Location /kept>
    PyHookRunIn shop
    PyHookReload Off
    PyHookHandler reload_page:show
</Location>
PyHookWSGIAlias /wsgi "$place/reload.wsgi"
<Location /wsgi>
    PyHookRunIn shop
</Location>
END
my ($shop, $slow, $pool, $kept, $wsgi) = map { $server->url("/$_") } qw(shop slow pool kept wsgi);
my ($child) = $server->child_pids;

is GET_BODY($shop), "one shop\n", 'the code that is there is served';
like GET_BODY($pool), qr{^one pool/\d$}, 'in a pool too';
is GET_BODY($wsgi), "wsgi one\n", 'and as a .wsgi file';

my $running;
if ($threaded) {
    open $running, '-|', 'curl', '-s', '-m', 30, $slow or die "curl: $!";
    my $deadline = time + 60;
    sleep 0.02 until -e "$place/running" || time > $deadline;
}
edit('reload_words.py', "word = 'two'\n");
is body_when($shop, qr/two/), "two shop\n", 'an edited module that the handler imports is loaded anew';
like body_when($pool, qr/two/), qr{^two pool/\d$}, 'by a pool too';
is_deeply [sort keys %{ { map { GET_BODY($pool) => 1 } 1 .. 4 } }], ["two pool/1\n", "two pool/2\n"], 'by all of its members';
SKIP: {
    skip 'a child of prefork runs one request', 2 unless $threaded;
    unlike $server->error_log, qr/leaves one.*leaves one/s, 'the old one lives as long as a request runs in it';
    open my $go, '>', "$place/go" or die $!;
    is scalar(<$running>), "one True\n", 'a request that ran finishes in the old code, which knows that it ends';
    close $running;
}
like logged_when($server, qr/leaves one.*leaves one/s, $shop), qr/leaves one.*leaves one/s,
    'exit functions run in the interpreters that were replaced';
SKIP: {
    skip 'they are left as they are', 1 unless ends_interpreters();
    like logged_when($server, qr/one is gone.*one is gone/s, $shop), qr/one is gone.*one is gone/s, 'which are taken apart';
}

edit('reload.wsgi', <<'END');
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"wsgi two\n"]
END
is body_when($wsgi, qr/two/), "wsgi two\n", 'an edited .wsgi file is loaded anew';

edit('reload_words.py', "word = = 'three'\n");
like logged_when($server, qr/PYHOOK0060/, $shop), qr/PYHOOK0060: PyHookReload shop can't be replaced, what was loaded before goes on serving.*SyntaxError/s,
    'a syntax error is logged';
is GET_BODY($shop), "two shop\n", 'and the code of before goes on serving';
is scalar(() = $server->error_log =~ /PYHOOK0060: PyHookReload shop/g), 1, 'one entry, whatever the number of requests';
edit('reload_page.py', "import reload_more\n$page");
edit('reload_more.py', "raise RuntimeError('not yet')\n");
edit('reload_words.py', "word = 'four'\n");
like logged_when($server, qr/not yet/, $shop), qr/RuntimeError: not yet/, 'a module that is new and raises is logged too';
edit('reload_more.py', "more = 1\n");
is body_when($shop, qr/four/), "four shop\n", 'and when it is mended, fresh code serves';

SKIP: {
    skip 'the child makes way: too much of what was freed is kept', 4 if keeps_what_was_freed() || !ends_interpreters();
    edit('reload_words.py', "word = 'five'\n");
    is GET_BODY($kept), "four shop\n", 'PyHookReload Off does not look';
    is body_when($shop, qr/five/), "five shop\n", 'until a place with On does';
    is GET_BODY($kept), "five shop\n", 'and then it sees the fresh code too';
    is_deeply [$server->child_pids], [$child], 'all in the same child';
}

# The child is told to stop while a request waits for code that never finishes loading.
edit('reload_endless.py', "def show(req):\n    return 'one'\n");
$server = PyHook::Server->new(children => 1, conf => <<END)->start;
PyHookPath "$place"
PyHookInterpreter shop
PyHookReload On
PyHookRunIn shop
PyHookHandler reload_endless:show
END
is GET_BODY($server->url), 'one', 'the code of before';
edit('reload_endless.py', "import time\nprint('endless')\ntime.sleep(1e6)\n");
my @clients;
until_true {
    open my $client, '-|', 'curl', '-s', '-m', 30, $server->url or die "curl: $!";
    push @clients, $client;
    $server->error_log =~ /endless/;
};
$server->terminate;
unlike $server->error_log, qr/PYHOOK0012|exit signal|AH00046/, 'a request does not wait for code any more when the child is to stop';
