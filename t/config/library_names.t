# Files that are named like modules of the standard library: every import of such a name in the interpreter gets one of
# the two for the other. httpd -t and a start warn of them; a child does, if a .wsgi file has put them on sys.path. And a
# module that is named as its file.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY GET_RC);
use PyHook::Server;
use PyHook::Test qw(:DEFAULT write_file);

my $root = Apache::Test::vars('t_logs') . '/library_names';

write_file("$root/hiding/json.py", "NAME = 'mine'\n");
write_file("$root/hiding/email/__init__.py", '');
write_file("$root/hiding/shop.py", "def page(req):\n    return 'page'\n");
write_file("$root/fine/shop.py", '');
write_file("$root/fine/test/__init__.py", '');     # of many projects
write_file("$root/fine/logging/readme.txt", '');   # no package
write_file("$root/fine/site-packages/enum.py", ''); # a backport
write_file("$root/fine/package/__init__.py", '');
write_file("$root/fine/package/py.py", '');
write_file("$root/fine/package.py", '');
write_file("$root/own/random.py", '');
write_file("$root/before/app.wsgi", "import sys\n\nsys.path.insert(0, '$root/own')\n\n\ndef application(environ, start_response):\n"
    . "    start_response('200 OK', [])\n    return [b'before']\n");
write_file("$root/after/app.wsgi", "import sys\n\nsys.path.append('$root/hiding')\n\n\ndef application(environ, start_response):\n"
    . "    start_response('200 OK', [])\n    return [b'after']\n");

plan tests => 19;

sub warnings_of {
    my ($conf) = @_;
    my ($status, $output) = config_test($conf);
    is $status, 0, 'a file may have any name' or diag $output;
    return grep { /standard library/ } split /\n/, $output;
}

my @warned = sort map { s/^.*?(PyHook)/$1/r } warnings_of("PyHookPath $root/hiding\nPyHookInterpreter own path=$root/own\n");
is @warned, 3, 'each file is named once' or diag "@warned";
my $cure = qr/has the name of a module of Python's standard library: .*; give the file another name/;
like $warned[0], qr/^PyHookInterpreter path=: '\Q$root\E\/own\/random\.py' $cure/, "a file in an interpreter's path";
like $warned[1], qr/^PyHookPath: '\Q$root\E\/hiding\/email' $cure/, 'a package';
like $warned[2], qr/^PyHookPath: '\Q$root\E\/hiding\/json\.py' $cure/, 'a module';
is_deeply [warnings_of("PyHookPath $root/fine $root/fine/site-packages\n")], [], 'no false alarm';

# A module that is named as its file.
for my $directive ('PyHookHandler shop.py:page', 'PyHookWSGIAlias /shop shop.py:application', 'PyHookFixups shop.py:page',
    "PyHookOutputFilter upper shop.py:page")
{
    my ($status, $output) = config_test("PyHookPath $root/fine\n$directive\n");
    isnt $status, 0, "$directive: refused";
    my ($name) = $directive =~ /:(\w+)/;
    like $output, qr/'shop\.py:$name': a module is named without \.py: write shop:$name$/m, 'with what to write';
}
my ($refused, $said) = config_test("PyHookPath $root/fine\nPyHookImport shop.py\n");
like $said, qr/'shop\.py': a module is named without \.py: write shop$/m, 'a module to import';
is +(config_test("PyHookPath $root/fine\nPyHookHandler package.py:page\n"))[0], 0, 'a package may have a module py';

my $server = PyHook::Server->new(children => 1,
    conf => "PyHookWSGIAlias /before $root/before/app.wsgi\nPyHookWSGIAlias /after $root/after/app.wsgi\n"
        . "<Directory $root>\nRequire all granted\n</Directory>\n")->start;
GET_BODY $server->url('/after');
unlike $server->error_log, qr/standard library/, 'what comes behind the library hides nothing';
GET_BODY $server->url('/before');
like $server->error_log, qr/before\/app\.wsgi has put \Q$root\E\/own on sys\.path, where 'random' $cure/, 'what comes before it does';
$server->stop;
