# Python that does not start in a child: every section that needs it answers 500 at once, and the log says why, once.
use strict;
use warnings;

use File::Path qw(make_path);

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_RC POST);
use PyHook::Config qw(top);
use PyHook::Test qw(:DEFAULT write_file);

# Each section: the directives in it, and the client's status.
my @places = (
    (map { ["PyHook$_ startup:nothing" => 500] }
        qw(PostPerdirConfig HeaderParser AccessChecker AccessCheckerEx TypeChecker Fixups InsertFilter)),
    ['PyHookHandler startup:page'         => 500],
    ['PyHookLogTransaction startup:nothing' => 200],
    ["AuthType Basic\nAuthName a\nRequire valid-user\nPyHookCheckAuthn startup:let_in" => 500],
    ["AuthType Basic\nAuthName a\nAuthBasicProvider startup\nRequire valid-user"      => 500],
    ["AuthType Basic\nAuthName a\nAuthBasicProvider file startup\nAuthUserFile /dev/null\nRequire valid-user" => 500],
    ['Require startup a b'                => 500],
    ["<RequireAny>\nRequire startup a\nRequire all granted\n</RequireAny>" => 500],
    [q{Require expr "pyhook('startup:value') == 'yes'"}        => 500],
    [q{Require expr "pyhook('startup:value') != 'yes'"}        => 500],
    [qq{<If "'x' -pyhook 'startup:member'">\nPyHookOption a b\n</If>} => 500],
    [qq{RewriteEngine On\nRewriteCond \${startup:x} =no\nRewriteRule ^ - [F]} => 500],
    ['SetOutputFilter STARTUP'            => 500],
    ['PyHookWSGI startup:application'     => 500],
);

# The same for phases that only a whole server can have.
my @servers = map { "PyHook$_ startup:nothing" } qw(PostReadRequest QuickHandler PreTranslateName TranslateName MapToStorage);

my $conf = <<'CONF';
Listen 127.0.0.1:@port2@
PyHookAuthnProvider startup startup:password
PyHookAuthzProvider startup startup:member
PyHookRewriteMap startup startup:value
PyHookOutputFilter STARTUP startup:upper
PyHookInputFilter STARTUP-IN startup:upper
LogFormat "%U %{startup:value}^py" startup
CustomLog "@t_logs@/startup_log" startup
<VirtualHost 127.0.0.1:@port2@>
    PyHookPreConnection startup:connected
</VirtualHost>
<VirtualHost 127.0.0.1:@port@>
    Alias /place @documentroot@
    Alias /plain @documentroot@
    PyHookWSGIAlias /alias startup:application
    ScriptAlias /cat @top@/t/filters/cat.sh
    <Location /cat>
        SetInputFilter STARTUP-IN
    </Location>
    RewriteEngine On
    RewriteMap startup int:startup
</VirtualHost>
CONF
$conf =~ s{(?=    RewriteEngine)}{join '', map { "Alias /place$_ \@documentroot\@\n<Location /place$_>\n$places[$_][0]\n</Location>\n" } 0 .. $#places}e;
$conf .= "<VirtualHost 127.0.0.1:\@port\@>\nServerName server$_.example\n$servers[$_]\n</VirtualHost>\n" for 0 .. $#servers;

my $root = Apache::Test::vars('t_logs') . '/startup';

# A file in a new directory; returns the directory.
sub directory_with {
    my ($name, $path, $text) = @_;
    my $file = "$root/$name/$path";
    make_path($file =~ s{/[^/]+$}{}r);
    write_file($file, $text);
    return "$root/$name";
}

# Is the library of this Python elsewhere than its build says?
sub moved {
    return system('python3', '-I', '-c', <<'END') != 0;
import sys, sysconfig
sys.exit(not sysconfig.get_config_var("LIBDIR").startswith(sys.base_prefix))
END
}

# An environment whose sitecustomize does this.
sub home_with {
    my ($name, $text) = @_;
    system('python3', '-I', '-m', 'venv', '--without-pip', "$root/$name") == 0 or die "venv: $?";
    my ($packages) = glob "$root/$name/lib/python3*/site-packages";
    write_file("$packages/startup_customize.pth", "import startup_customize\n");
    write_file("$packages/startup_customize.py", $text);
    return "PyHookHome $root/$name\n";
}

# LWP makes its own 500 when there is no answer.
sub status_of {
    my ($response) = @_;
    return $response->header('Client-Warning') ? $response->status_line : $response->code;
}

# Every way in which Python can be broken: [name, configuration, path that comes first, the log's text].
my @ways = (
    ['a package pyhook that raises', '', directory_with('raises', 'pyhook/__init__.py', 'raise OSError("not today")'),
        qr/OSError: not today/],
    ['a package pyhook of another time', '', directory_with('other', 'pyhook/__init__.py', ''), qr/ModuleNotFoundError: No module named 'pyhook\./],
    ['a site that exits', home_with('exits', "import sys\nsys.exit(3)\n"), undef, qr/site/],
    ['a site that is interrupted', home_with('interrupted', "raise KeyboardInterrupt\n"), undef, qr/site/],
    ['a site that takes sys.path away', home_with('pathless', "import sys\ndel sys.path\n"), undef,
        qr/AttributeError: module 'sys' has no attribute 'path'/],
    ['a site that makes sys.path a tuple', home_with('tuple', "import sys\nsys.path = tuple(sys.path)\n"), undef,
        qr/TypeError: sys\.path is no list any more/],
);

plan tests => @ways * (@places + @servers + 11) + 18;

for (@ways) {
    my ($way, $more, $path, $reason) = @$_;
    my $server = PyHook::Server->new(conf => $conf =~ s/\@top\@/top()/ger . $more, children => 1, path => $path)->start;
    for my $index (0 .. $#places) {
        my $response = GET $server->url("/place$index/index.html"), username => 'a', password => 'b';
        is status_of($response), $places[$index][1], "$way: $places[$index][0]" =~ tr/\n/,/r;
    }
    for my $index (0 .. $#servers) {
        is status_of(GET $server->url('/index.html'), Host => "server$index.example"), 500, "$way: $servers[$index]";
    }
    is status_of(GET $server->url('/alias')), 500, "$way: PyHookWSGIAlias";
    is status_of(POST $server->url('/cat'), content => 'secret'), 500, "$way: PyHookInputFilter";
    is status_of(GET $server->url('/plain/index.html')), 200, "$way: what needs no Python is served";
    is raw_request("GET / HTTP/1.0\r\n\r\n", port => $server->port + 1), '', "$way: PyHookPreConnection lets nobody in";
    my ($child) = $server->child_pids;
    is scalar(() = $server->error_log =~ /PYHOOK0001: Python could not start/g), 1, "$way: one entry says so";
    like $server->error_log, $reason, "$way: with the reason";
    unlike $server->error_log, qr/PYHOOK000[2-9]/, "$way: and nothing else";
    is +($server->child_pids)[0], $child, "$way: the child lives on";
    my $log = sub { open my $file, '<', "$server->{root}/startup_log" or die $!; local $/; return <$file> // '' };
    ok until_true { $log->() =~ m{^/plain/index\.html -$}m }, "$way: a log field is empty";
    $server->graceful;
    is status_of(GET $server->url('/place0/index.html')), 500, "$way: the next child answers so too";
    is scalar(() = $server->error_log =~ /PYHOOK0001/g), 2, "$way: and says so too";
}

# Nobody looks at edited files then: no request waits for the Timeout.
{
    my $server = PyHook::Server->new(children => 1, conf => "PyHookReload On\nTimeout 60\nPyHookHandler startup:page\n", path => "$root/raises")->start;
    like +(curl('-m', 25, $server->url))[1], qr{^HTTP/1.1 500}, 'no Python, and PyHookReload: 500 at once';
}

# A named interpreter that does not start.
my $broken = directory_with('named', 'pyhook/__init__.py', 'raise OSError("not in there")');
my $two = <<"CONF";
PyHookInterpreter shop path=$broken
PyHookHandler startup:page
<Location /shop>
    PyHookRunIn shop
</Location>
CONF
my $server = PyHook::Server->new(children => 1, conf => $two)->start;
is status_of(GET $server->url('/shop')), 500, 'what runs in a broken interpreter is refused';
is status_of(GET $server->url('/')), 200, 'and what runs in another is served';
like $server->error_log, qr/PYHOOK0002: interpreter 'shop' could not start: .*OSError: not in there/s, 'the log says why';
is scalar(() = $server->error_log =~ /PYHOOK0002/g), 1, 'once';
$server->stop;
unlike $server->error_log, qr/exit signal|Traceback.*Traceback/s, 'it is left alone at the end';

# An import may guard anything, so everything is refused, whichever part of Python is missing.
for my $import ("PyHookImport plugin_one\n", "PyHookInterpreter other import=plugin_one\nPyHookRunIn other\n") {
    $server = PyHook::Server->new(children => 1, conf => $import, path => "$root/raises")->start;
    is status_of(GET $server->url('/index.html')), 500, "no Python, and $import" =~ tr/\n/,/r;
}

# An interpreter's environment whose site exits: CPython 3.11 would end the process.
$server = PyHook::Server->new(children => 1, conf => <<"CONF")->start;
PyHookInterpreter shop home=$root/exits
PyHookHandler startup:page
<Location /shop>
    PyHookRunIn shop
</Location>
CONF
is status_of(GET $server->url('/shop')), 500, "what runs in an environment that can't be entered is refused";
is status_of(GET $server->url('/')), 200, 'and what runs elsewhere is served';
like $server->error_log, qr/PYHOOK0002: interpreter 'shop' could not start: .*SystemExit: 3/s,
    'the log says why';

# An environment that can no longer be read when a child starts: Python would run without it.
home_with($_, '') for qw(lost farm);
for (
    ["PyHookHome $root/lost", 'lost', qr/PYHOOK0001: Python could not start: PyHookHome: /],
    ["PyHookInterpreter farm home=$root/farm\nPyHookRunIn farm", 'farm',
        qr/PYHOOK0002: interpreter 'farm' could not start: PyHookInterpreter farm home=: /],
) {
    my ($lines, $name, $entry) = @$_;
    $server = PyHook::Server->new(children => 1, conf => "$lines\nMaxConnectionsPerChild 1\nPyHookHandler startup:page\n")->start;
    rename "$root/$name/pyvenv.cfg", "$root/$name/cfg" or die "rename: $!";
    ok until_true { status_of(GET $server->url('/')) eq 500 }, "$lines: the next child refuses" =~ tr/\n/,/r;
    SKIP: {
        skip 'this Python was moved here from where it was built, and finds itself by nothing but its environment', 1
            if $name eq 'lost' && moved();
        like $server->error_log, qr/$entry'\S+$name' is not the environment that Python runs in, which is '\S+': let the server's user read it/,
            'and says why';
    }
}

# Its own Python has been removed.
home_with('orphan', '');
unlink glob "$root/orphan/bin/python*" or die "unlink: $!";
symlink '/srv/no-longer/bin/python3', "$root/orphan/bin/python3" or die "symlink: $!";
my ($status, $output) = config_test("PyHookHome $root/orphan\n");
isnt $status, 0, 'one whose python leads nowhere is refused';
like $output, qr/PyHookHome: '\Q$root\E\/orphan' .*: make it anew with python3\.\d+t? -m venv$/m, 'with a cure';
like $output, qr/on line \d+ of \S+httpd\.conf:$/m, 'and the place';
