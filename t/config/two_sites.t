# Two sites whose applications have modules of the same name, as Django projects do: one interpreter imports only the
# first of them. The check of the configuration finds it, or else the log says so; one site never serves the pages of
# the other.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_RC GET_BODY);
use PyHook::Server;
use PyHook::Test qw(:DEFAULT write_file);

my $root = Apache::Test::vars('t_logs') . '/two_sites';

my $wsgi = <<'PYTHON';
from config import settings


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [settings.NAME.encode()]
PYTHON

# Two projects as Django makes them, two whose packages are spread over directories, and a single module.
for my $site (qw(a b)) {
    write_file("$root/$site/config/__init__.py", '');
    write_file("$root/$site/config/settings.py", "NAME = '$site'\n");
    write_file("$root/$site/config/wsgi.py", $wsgi);
    write_file("$root/$site/manage.py", '');
    write_file("$root/$site/spread/$site.py", "def page(req):\n    return '$site'\n");
    write_file("$root/$site/spread/both.py", '');
    write_file("$root/$site/own_path.wsgi", "import sys\nsys.path.insert(0, '$root/$site')\n$wsgi");
}
write_file("$root/one/alone.py", "def page(req):\n    return 'alone'\n");
write_file("$root/taken/site.py", "def page(req):\n    return 'mine'\n");

my $cure = qr/\QPyHookInterpreter NAME path=DIRECTORY\E.*\QPyHookRunIn NAME\E/;
my @refused = (
    ['a module in two directories', "PyHookPath $root/a $root/b\nPyHookWSGIAlias / config.wsgi:application",
        qr/PyHookPath: 'config' is in '\Q$root\E\/a' and in '\Q$root\E\/b', and .*config\.wsgi:application.*$cure/],
    ['a handler', "PyHookPath $root/b $root/a\nPyHookHandler config.settings:page", qr/PyHookPath: 'config' is in '\Q$root\E\/b' and/],
    ['a module to import', "PyHookPath $root/a $root/b\nPyHookImport config.settings", qr/PyHookPath: 'config' .*config\.settings/],
    ['a package that is spread', "PyHookPath $root/a $root/b\nPyHookHandler spread.both:page",
        qr/PyHookPath: 'spread\.both' is in '\Q$root\E\/a\/spread' and in '\Q$root\E\/b\/spread'/],
    ["an interpreter's path", "PyHookInterpreter x path=$root/a path=$root/b\nPyHookWSGIAlias / config.wsgi:application\nPyHookRunIn x",
        qr/PyHookInterpreter x path=: 'config' is in/],
    ['a file beside a package of that name', "PyHookPath $root/a\nPyHookWSGIAlias / $root/b/config/wsgi.py",
        qr/'\Q$root\E\/b\/config\/wsgi\.py' belongs to the package 'config' of '\Q$root\E\/b', but .*'\Q$root\E\/a'.*$cure/],
    ['two files of two such packages', "PyHookWSGIAlias /a $root/a/config/wsgi.py\nPyHookWSGIAlias /b $root/b/config/wsgi.py",
        qr/belongs to the package 'config' of '\Q$root\E\/[ab]', but .*'\Q$root\E\/[ab]'.*$cure/],
);
my @fine = (
    ['names that nobody uses', "PyHookPath $root/a $root/b $root/one\nPyHookHandler alone:page"],
    ['a package that is spread over both', "PyHookPath $root/a $root/b\nPyHookHandler spread.a:page spread.b:page"],
    ['a directory twice', "PyHookPath $root/a $root/a/\nPyHookHandler config.settings:page"],
    ['interpreters of their own', two_interpreters()],
    ['one of its own', "PyHookPath $root/a\nPyHookInterpreter b path=$root/b\nPyHookWSGIAlias /a config.wsgi:application\n"
        . "PyHookWSGIAlias /b $root/b/config/wsgi.py\n<Location /b>\nPyHookRunIn b\n</Location>"],
);

sub two_interpreters {
    return join '', map { <<"CONF" } qw(a b);
PyHookInterpreter $_ path=$root/$_
PyHookWSGIAlias /$_ config.wsgi:application
PyHookWSGIAlias /file-$_ $root/$_/config/wsgi.py
<LocationMatch ^/(file-)?$_>
    PyHookRunIn $_
</LocationMatch>
CONF
}

plan tests => 2 * @refused + @fine + 12;

for my $case (@refused) {
    my ($what, $conf, $message) = @$case;
    my ($status, $output) = config_test($conf);
    isnt $status, 0, "$what: refused";
    like $output, $message, 'and why, and the cure';
}
for my $case (@fine) {
    my ($what, $conf) = @$case;
    my ($status, $output) = config_test($conf);
    is $status, 0, "$what: fine" or diag $output;
}

my $server = PyHook::Server->new(children => 1, conf => two_interpreters())->start;
is GET_BODY($server->url("/$_")), $_ =~ s/file-//r, "/$_ has its own application" for qw(a b file-a file-b);
$server->stop;

# A conflict that only the application causes, when it runs.
$server = PyHook::Server->new(children => 1, path => "$root/taken", conf => <<"CONF")->start;
PyHookWSGIAlias /a $root/a/own_path.wsgi
PyHookWSGIAlias /b $root/b/own_path.wsgi
<Location /taken>
    PyHookHandler site:page
</Location>
<Location /part>
    PyHookHandler sys.path:page
</Location>
CONF
is GET_BODY($server->url('/a')), 'a', 'the first of two that add to sys.path';
is GET_RC($server->url('/b')), 500, 'the second is refused';
like $server->error_log, qr/PYHOOK0003: wsgi \S+b\/own_path\.wsgi can't be imported/, 'the log says so';
like $server->error_log, qr/ImportError: the name 'config' is taken by \Q$root\E\/a\/config\/__init__\.py: .*\Q$root\E\/b\/config\/__init__\.py.*$cure/,
    'and why, and the cure';
is GET_RC($server->url('/taken')), 500, "a module of the name of Python's own";
like $server->error_log, qr/ImportError: the name 'site' is taken by \S+\/site\.py, which was imported before: give \Q$root\E\/taken\/site\.py another name/,
    'is told so';
GET $server->url('/part');
like $server->error_log, qr/No module named 'sys\.path'/, 'what is in no directory of ours is told as Python does';
$server->stop;
unlike $server->error_log, qr/exit signal/, 'nothing has gone wrong';
