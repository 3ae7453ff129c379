# PyHookReload and modules that only a request imports: they are imported again before new code serves, and one that
# cannot be keeps the old code.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY);
use File::Path qw(make_path remove_tree);
use PyHook::Test;

plan tests => 21;

my $place = Apache::Test::vars('t_logs') . '/reload-lazy';
remove_tree($place);
make_path("$place/reload_lazy_packed");

sub edit { my ($name, $text) = @_; replace_file("$place/$name", $text) }

my ($server, $url);

# The answers while the log has no further entry that matches.
sub answers_until_logged {
    my ($pattern) = @_;
    my $before = length $server->error_log;
    my %answers;
    my $logged = until_true {
        my $answer = GET $url;
        $answers{ $answer->code . ' ' . $answer->content } = 1;
        substr($server->error_log, $before) =~ $pattern;
    };
    $answers{ GET_BODY($url) } = 1 for 1 .. 3;
    return ($logged, join '', sort keys %answers);
}

# Writes the text of a module as rsync, mv and tar do: with an old modification time.
sub deploy {
    my ($name, $text) = @_;
    replace_file("$place/$name.deployed", $text);
    utime 1_000_000_000, 1_000_000_000, "$place/$name.deployed" or die $!;
    rename "$place/$name.deployed", "$place/$name" or die $!;
}

sub pack_words {
    my ($word) = @_;
    edit('reload_lazy_words.py', "word = '$word'\n");
    system('/usr/bin/python3', '-c', <<'PYTHON', $place) == 0 or die 'no zip file';
import os, sys, zipfile
os.chdir(sys.argv[1])
with zipfile.ZipFile("words.zip.new", "w") as archive:
    archive.write("reload_lazy_words.py")
os.replace("words.zip.new", "words.zip")
os.remove("reload_lazy_words.py")
PYTHON
}

my $page = <<'PYTHON';
import pathlib, sys, types

# Objects in sys.modules that do not look like a module.
class Lazy(types.ModuleType):
    def __getattr__(self, name):
        raise ImportError(f"{name} is an option")
sys.modules["reload_lazy_odd"] = Lazy("reload_lazy_odd")
sys.modules["reload_lazy_path"] = types.ModuleType("reload_lazy_path")
sys.modules["reload_lazy_path"].__file__ = pathlib.Path(__file__)
sys.modules["reload_lazy_no_module"] = None
sys.path.append(__file__.replace("reload_lazy_page.py", "words.zip"))

def show(req):
    from reload_lazy import word
    import reload_lazy_helper, reload_lazy_packed.inner, reload_lazy_words
    return f"{word} {reload_lazy_helper.word} {reload_lazy_packed.inner.word} {reload_lazy_words.word}\n"
PYTHON
edit('reload_lazy_page.py', $page);
edit('reload_lazy.py', "word = 'a1'\n");
edit('reload_lazy_helper.py', "word = 'b1'\n");
edit('reload_lazy_packed/__init__.py', '');
edit('reload_lazy_packed/inner.py', "word = 'c1'\n");
pack_words('d1');
edit('reload_lazy_ballast.py', ballast());

$server = PyHook::Server->new(children => 1, conf => <<"CONF")->start;
PyHookPath "$place"
PyHookInterpreter large import=reload_lazy_ballast
PyHookInterpreter shop
PyHookRunIn shop
PyHookReload On
PyHookHandler reload_lazy_page:show
CONF
$url = $server->url('/');
my ($child) = $server->child_pids;
is GET_BODY($url), "a1 b1 c1 d1\n", 'a request imports modules';

edit('reload_lazy.py', "word == = 'a2'\n");
my ($logged, $answers) = answers_until_logged(qr/PYHOOK0060: PyHookReload shop can't be replaced, .*SyntaxError/s);
ok $logged, 'a syntax error in a module that only a request imports is logged';
is $answers, "200 a1 b1 c1 d1\na1 b1 c1 d1\n", 'and the code of before goes on serving';
edit('reload_lazy_helper.py', "word = 'b2'\n");
($logged, $answers) = answers_until_logged(qr/PYHOOK0060: PyHookReload shop can't be replaced, .*SyntaxError/s);
ok $logged, 'an edit of another module does not make it good';
is $answers, "200 a1 b1 c1 d1\na1 b1 c1 d1\n", 'and changes nothing';
edit('reload_lazy.py', "word = 'a2'\n");
is body_when($url, qr/a2/), "a2 b2 c1 d1\n", 'once it is mended, fresh code serves';

edit('reload_lazy.py', "word = 'a3'\nraise RuntimeError('not yet')\n");
($logged, $answers) = answers_until_logged(qr/PYHOOK0060: PyHookReload shop can't be imported, .*RuntimeError: not yet/s);
ok $logged, 'what such a module raises when it is imported is logged';
is $answers, "200 a2 b2 c1 d1\na2 b2 c1 d1\n", 'and the code of before goes on serving';
edit('reload_lazy.py', "import reload_lazy_not_there\n");
($logged, $answers) = answers_until_logged(qr/PYHOOK0060: .*No module named 'reload_lazy_not_there'/s);
ok $logged, 'so is what it can not find';
is $answers, "200 a2 b2 c1 d1\na2 b2 c1 d1\n", 'with the same result';
edit('reload_lazy.py', "word = 'a4'\nprint('warm')\n");
is body_when($url, qr/a4/), "a4 b2 c1 d1\n", 'once it is mended, fresh code serves';
like $server->error_log, qr/warm.*serves with fresh code/s, 'which had been imported before';

edit('reload_lazy_helper.py', "word = 'b3'\n");
body_when($url, qr/b3/);
deploy('reload_lazy_packed/inner.py', "word = 'c2'\n");
is body_when($url, qr/c2/), "a4 b3 c2 d1\n", 'an older file that takes the place of one is an edit';
deploy('reload_lazy_packed/inner.py', "word = 'c3'\n");
is body_when($url, qr/c3/), "a4 b3 c3 d1\n", 'one of the same time and size too';
pack_words('d2');
is body_when($url, qr/d2/), "a4 b3 c3 d2\n", 'a module in a zip file is loaded anew';

unlink "$place/reload_lazy_helper.py" or die $!;
edit('reload_lazy.py', "word == = 'a5'\n");
($logged, $answers) = answers_until_logged(qr/PYHOOK0060: PyHookReload shop can't be replaced, .*SyntaxError/s);
ok $logged, 'files are looked at while one is gone';
is $answers, "200 a4 b3 c3 d2\na4 b3 c3 d2\n", 'and that alone changes nothing';
edit('reload_lazy.py', "word = 'a5'\n");
make_path("$place/reload_lazy_helper");
edit('reload_lazy_helper/__init__.py', "word = 'b4'\n");
is body_when($url, qr/b4/), "a5 b4 c3 d2\n", 'a package takes the place of a module';
edit('reload_lazy_helper/__init__.py', "word = 'b5'\n");
is body_when($url, qr/b5/), "a5 b5 c3 d2\n", 'and is edited';
is scalar(() = $server->error_log =~ /PYHOOK/g), 5, 'the log has one entry for each edit that could not be loaded, and none else';
SKIP: {
    skip 'the child makes way: too much of what was freed is kept', 1 if keeps_what_was_freed();
    is_deeply [$server->child_pids], [$child], 'all in the same child';
}
