# `pyhook check` and `pyhook routes`: what httpd reads, whether it can be imported, and that a running server does not
# notice.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use JSON::PP;
use PyHook::Config qw(httpd new_directory top);
use PyHook::Server;
use PyHook::Test;

my $directory = new_directory('checked');
mkdir "$directory/$_" or die "$_: $!" for qw(site shop closed);
$ENV{PYTHONPATH} = top() . '/python';

sub write_file { my ($path, $text) = @_; open my $file, '>', "$directory/$path" or die "$path: $!"; print $file $text; close $file or die $! }

write_file('site/checked_site.py', <<'PYTHON');
import os, sys, pyhook
print("printed by a module")
def page(req): return "page\n"
def mark(req): pass
class Users:
    def check_password(self, req, user, password): return True
def upper(data): return data.upper()
def field(req): return "1"
def hears(req): return True
def application(environ, start_response): return []
def make(): return application
PYTHON
write_file('shop/checked_shop.py', <<'PYTHON');
import os, pyhook
assert os.environ["SHOP"] == "open" and pyhook.interpreter_name() == "shop"
def page(req): return "shop\n"
PYTHON
write_file('site/checked_plugin.py', <<"PYTHON");
import pyhook
\@pyhook.hook("fixups")
def fixups(req): pass
\@pyhook.on_child_init
def begin(): open("$directory/has-begun", "w")
PYTHON
write_file('site/checked_broken.py', "import no_such_module_anywhere\n");
write_file('site/checked_crash.py', "import os\nos.abort()\n");
write_file('closed/checked_closed.py', "def page(req): return 'closed'\n");
chmod 0, "$directory/closed" or die $!;
END { chmod 0700, "$directory/closed" } # or an ordinary user can't remove it

my $good = <<"CONF";
PyHookPath $directory/site
PyHookInterpreter shop path=$directory/shop setenv=SHOP=open
PyHookShared kept 64K
PyHookImport checked_plugin
PyHookLogTransaction checked_site:mark
PyHookOutputFilter CHECKED checked_site:upper
PyHookAuthnProvider checked-users checked_site:Users
PyHookWSGIAlias /app checked_site:application
LogFormat "%{checked_site:field}^py" checked
<Macro Page \$place>
    <Location \$place>
        PyHookHandler checked_site:page
    </Location>
</Macro>
Use Page /checked
<IfDefine CHECKED_TOO>
    <Location /too>
        PyHookHandler checked_site:missing
    </Location>
</IfDefine>
<VirtualHost 127.0.0.1:\@port2\@>
    ServerName shop.example
    <Location /shop>
        PyHookRunIn shop
        AuthType Basic
        AuthName x
        AuthBasicProvider checked-users
    </Location>
    <Location /shop/page>
        PyHookHandler checked_shop:page
        <If "%{HTTP_HOST} == 'x'">
            PyHookWSGI checked_site:make()
        </If>
    </Location>
</VirtualHost>
CONF
$good =~ s/<Macro.*<\/Macro>\nUse Page (\S+)/<Location $1>\n    PyHookHandler checked_site:page\n<\/Location>/s
    unless -e "$ENV{PYHOOK_LIBEXEC}/mod_macro.so";
my $macro = $good =~ /Macro/ ? "LoadModule macro_module $ENV{PYHOOK_LIBEXEC}/mod_macro.so\n" : '';

sub server_with { my ($conf) = @_; return PyHook::Server->new(conf => $conf, children => 1) }

# (exit status, standard output, standard error) of the command for the configuration of a server.
sub command {
    my ($command, $server, @words) = @_;
    my @call = ('python3', '-m', 'pyhook', $command, '-f', $server->configuration, '-d', $server->{root}, '--httpd', httpd(), @words);
    open my $output, '-|', 'sh', '-c', 'exec 2>"$0"; exec "$@"', "$directory/said", @call or die "$command: $!";
    my $printed = do { local $/; <$output> // '' };
    close $output;
    open my $said, '<', "$directory/said" or die $!;
    return ($? >> 8, $printed, do { local $/; <$said> // '' });
}

sub routes_of { my ($server, @words) = @_; my (undef, $json) = command('routes', $server, '--json', @words); return decode_json($json) }
sub key { my ($route) = @_; return join ' ', @$route{qw(host where phase callable interpreter)} }

# A server that runs, with a configuration that the command reads.
my $server = server_with($macro . $good)->start;
curl($server->url('/checked')); # answered when all interpreters have begun
unlink "$directory/has-begun" or die "the server's child has not begun: $!";
my $log = $server->error_log;
my @known = sort map { key($_) } @{ routes_of($server) };
my @expected = (
    '* everywhere import checked_plugin main', '* everywhere import checked_plugin shop',
    '* everywhere log_transaction checked_site:mark main', '* everywhere log_transaction checked_site:mark shop',
    '* "CHECKED" output_filter checked_site:upper main', '* "checked-users" authn_provider checked_site:Users shop',
    '* /app wsgi checked_site:application main', '* everywhere logformat checked_site:field main',
    '* everywhere logformat checked_site:field shop', '* /checked handler checked_site:page main',
    'shop.example /shop/page handler checked_shop:page shop',
    q(shop.example /shop/page <If "%{HTTP_HOST} == 'x'"> wsgi checked_site:make() shop),
);
is_deeply \@known, [sort @expected], 'routes: host, place, phase, callable and interpreter of each';
my ($page) = grep { $_->{callable} eq 'checked_site:page' } @{ routes_of($server) };
like $page->{file}, qr/httpd\.conf/, 'with the file';
like +(command('routes', $server))[1], qr{^\*\s+/checked\s+handler\s+checked_site:page\s+main\s+\S.*:\d+$}m, 'and as a table';
my ($too) = grep { $_->{where} eq '/too' } @{ routes_of($server, '-D', 'CHECKED_TOO') };
is $too->{callable}, 'checked_site:missing', 'also what -D brings';

my ($status, $printed, $said) = command('check', $server);
is $status, 0, 'check: all is fine' or diag $printed, $said;
like $printed, qr/^ok\s+checked_shop:page\s+shop\s/m, 'a line for each';
unlike $printed, qr/printed by a module/, 'what a module prints is not among them';
like $said, qr/^12 of 12 are fine/m, 'and a sum';
ok !-e "$directory/has-begun", 'nothing of a plug-in but its import runs';
is $server->error_log, $log, 'the running server does not notice';
like curl($server->url('/checked')), qr/page/, 'and serves';

# What is wrong.
my $wrong = server_with($macro . $good . <<"CONF");
PyHookPath $directory/closed
PyHookInterpreter late import=checked_broken
<Location /broken>
    PyHookHandler checked_broken:page
</Location>
<Location /closed>
    PyHookHandler checked_closed:page
</Location>
CONF
($status, $printed) = command('check', $wrong, '-D', 'CHECKED_TOO');
is $status, 1, 'something is wrong';
like $printed, qr/^WRONG\s+checked_broken:page\s+main/m, 'the line of it';
like $printed, qr/^PyHookHandler at \S+:\d+:\n  PYHOOK0003: handler checked_broken:page can't be imported\n  Traceback.*^  ModuleNotFoundError: No module named 'no_such/ms,
    'what the server would log';
like $printed, qr/^  PYHOOK0004: handler checked_site:missing .*write after the colon what is meant$/ms, 'with the cure';
like $printed, qr/^  PYHOOK0008: interpreter checked_broken can't be imported in interpreter 'late'$/m, 'a plug-in of one interpreter';
like $printed, qr{/closed can't be read by \S+, the server's user}, 'what the user can not read';
like $printed, qr/^ok\s+checked_shop:page\s+shop\s/m, 'what is fine is fine';
my ($broken) = grep { $_->{callable} eq 'checked_broken:page' } @{ decode_json((command('check', $wrong, '--json'))[1]) };
ok !$broken->{ok}, 'as JSON';
like $broken->{entry}, qr/no_such_module_anywhere/, 'with the entry';

($status, $printed) = command('check', server_with("PyHookPath $directory/site\n<Location /x>\nPyHookHandler checked_crash:x checked_site:page\n</Location>\n"));
is $status, 1, 'an import that ends the process';
like $printed, qr/^  the process that imports it was ended by signal 6$/m, 'is told';
like $printed, qr/^ok\s+checked_site:page/m, 'and what comes after it is tried in another one';

# A directive that can't call what it names, as the signature shows.
write_file('site/checked_kinds.py', <<'PYTHON');
async def asgi(scope, receive, send): pass
class WSGI:
    def __call__(self, environ, start_response): return []
def make(config=None): return WSGI()
class Made:
    def __init__(self, environ=None, start_response=None): pass
    def __call__(self, req): return "made"
def anything(*words): return "anything"
PYTHON
($status, $printed) = command('check', server_with(<<"CONF"));
PyHookPath $directory/site
PyHookWSGIAlias /asgi checked_kinds:asgi
PyHookWSGIAlias /factory checked_kinds:make
PyHookASGIAlias /wsgi checked_kinds:make()
PyHookOutputFilter WSGI checked_kinds:WSGI
PyHookWSGIAlias /class checked_kinds:Made
<Location /x>
    PyHookHandler checked_kinds:WSGI checked_kinds:Made checked_kinds:anything
</Location>
CONF
is $status, 1, 'callables of another kind';
like $printed, qr/^  wsgi checked_kinds:asgi can't be called as this directive does: .*: write PyHookASGI or PyHookASGIAlias$/m, 'an ASGI application under WSGI';
like $printed, qr/^  wsgi checked_kinds:make can't .* name it with \(\): checked_kinds:make\(\)$/m, 'a factory without ()';
like $printed, qr/^  asgi checked_kinds:make\(\) can't .*: write PyHookWSGI or PyHookWSGIAlias$/m, 'a WSGI application under ASGI';
like $printed, qr/^  handler checked_kinds:WSGI can't .*: write PyHookWSGI or PyHookWSGIAlias$/m, 'as a handler';
like $printed, qr/^  output_filter checked_kinds:WSGI can't .*: write PyHookWSGI or PyHookWSGIAlias$/m, 'as a filter';
like $printed, qr/^ok\s+checked_kinds:$_ /m, "$_ is fine" for qw(Made anything);

write_file('site/checked_slow.py', "import time\ntime.sleep(600)\n");
($status, $printed) = command('check', server_with("PyHookPath $directory/site\n<Location /x>\nPyHookHandler checked_site:page checked_slow:x\n</Location>\n"),
    '--timeout', my $patience = starts_slowly() ? 60 : 10);
is $status, 1, 'an import that does not end';
like $printed, qr/^ok\s+checked_site:page/m, 'lets those before it be fine';
like $printed, qr/^  its import has not ended after $patience seconds/m, 'is told';

($status, $printed, $said) = command('check', server_with("PyHookHandler nonsense\n"));
is $status, 1, 'a configuration that httpd refuses';
like $said, qr/^pyhook: httpd refuses the configuration:\n.*'nonsense' is not module:callable/s, 'in its words';
($status, $printed, $said) = command('routes', server_with(''), '--httpd', '/no/httpd');
is $status, 1, 'no httpd';
like $said, qr{^pyhook: /no/httpd can't be run: .* --httpd$}, 'is told';

done_testing;
