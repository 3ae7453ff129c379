# PythonImport, names of interpreters, connections, CGI, WSGI, server-side includes, .htaccess, tables, members.
use strict;
use warnings;

use IO::Socket::INET;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET POST);
use PyHook::Config qw(mod_python new_directory top);
use PyHook::Server;
use PyHook::Test qw(replace_file until_true);

my $site = top() . '/t/mod_python/sites/others';
my $drop = new_directory('drop');
my $server = PyHook::Server->new(children => 1, conf => mod_python() . <<"CONF")->start;
Listen 127.0.0.1:\@port2\@
<VirtualHost *:\@port2\@>
    ServerName connections.example
    PythonPath "sys.path+['$site']"
    PythonConnectionHandler others
</VirtualHost>
PyHookInterpreter separate
Alias /site $site
Alias /drop $drop
<Location />
    PythonPath "sys.path+['$site']"
</Location>
PythonPath "sys.path+['$site']"
PythonImport others started.example
PythonImport others::started_function started.example
PythonImport missing_module started.example
PythonOption mod_python.mutex_directory $drop
<LocationMatch "^/\\w+\$">
    SetHandler mod_python
</LocationMatch>
@{[map { "<Location /$_>\nPythonHandler others::$_\n</Location>\n" } qw(shown interpreter members table exit locked)]}
<Location /shown>
    PythonInterpreter started.example
</Location>
<Location /separate>
    PythonHandler others::interpreter
    PythonInterpreter separate
</Location>
<Location /app>
    SetHandler mod_python
    PythonHandler mod_python.wsgi
    PythonOption mod_python.wsgi.application others
</Location>
<Location /silent>
    PythonHandler mod_python.wsgi
    PythonOption mod_python.wsgi.application others::silent
</Location>
<Directory $site>
    SetHandler mod_python
    PythonHandler others::interpreter
    Options +Includes
    <Files script.py>
        PythonHandler mod_python.cgihandler
    </Files>
    <Files *.shtml>
        SetHandler none
        SetOutputFilter INCLUDES
        PythonFixupHandler others::includes
    </Files>
    <Files plain.shtml>
        Options -Includes +IncludesNOEXEC
    </Files>
</Directory>
<Location /site/sub>
    PythonInterpPerDirectory On
</Location>
<Location /site/directive>
    PythonInterpPerDirective On
</Location>
<Directory $drop>
    AllowOverride All
    Options +Includes
    <Files *.shtml>
        SetOutputFilter INCLUDES
    </Files>
</Directory>
CONF

sub got { my ($path, @rest) = @_; return GET($server->url($path), @rest) }
sub body { return got(@_)->content }

is body('/shown'), "['started.example'] True", 'PythonImport imports and calls when the child starts';
like $server->error_log, qr/PythonImport missing_module started\.example: ModuleNotFoundError/, 'a module that is not there is logged';
is body('/interpreter'), '127.0.0.1 main', 'the interpreter is named after the server';
is body('/separate'), 'separate separate', 'one that PyHookInterpreter defines runs the code';
is body('/site/x'), '127.0.0.1 main', 'a directory by default';
is body('/site/sub/x'), "$site/sub/ main", 'PythonInterpPerDirectory';
is body('/site/directive'), "$site/ main", 'PythonInterpPerDirective';
is body('/members?q=1'), '[]attribute', 'members have their values';
is body('/table'), "['1', '2'] ['A', 'b'] True None 3 ('b', '3') {'A': '1', 'a': '2'} ['1', '2'] False", 'tables';
is body('/locked'), '1 0', 'the locks of _apache';

sub spoken {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port + 1) or die "connect: $!";
    print $socket @_;
    shutdown $socket, 1;
    local $/;
    return scalar <$socket>;
}
is spoken("one\n", "two\n", "end\n"), "echo one\necho two\n127.0.0.1 127.0.0.1\n", 'a connection handler';
is spoken('no end'), "echo no end127.0.0.1 127.0.0.1\n", 'a client that goes';

my $script = POST $server->url('/site/script.py?q=1'), Content => 'body';
is $script->content, "q=1 POST body module of the script\n", 'a CGI script';
is $script->header('Content-Type'), 'text/x-own', 'its headers';
is $script->code, 202, 'its status';
ok until_true(sub { $server->error_log =~ /to the log/ }), 'its errors are logged';

SKIP: {
    skip 'under prefork the one child serves one client', 3 if $server->{mpm} eq 'prefork';
    my $slow = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $!";
    print $slow "POST /site/script.py?q=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
    like scalar <$slow>, qr/ 100 /, 'a client that is slow to send its body';
    is POST($server->url('/site/script.py?q=1'), Content => 'body')->code, 202, 'does not keep other scripts from running';
    print $slow 'slow';
    my $answer = do { local $/; <$slow> };
    like $answer, qr/POST slow module/, 'and is served when it has sent it';
}

my $app = POST $server->url('/app/path'), Content => 'body';
is $app->content, '/app /path body', 'a WSGI application';
is $app->code, 201, 'its status';
is join(',', $app->header('X-Two')), 'a,b', 'its headers';
is got('/silent')->code, 500, 'one that does not call start_response';

is body('/site/page.shtml'), "globals 20 written later\n", 'server-side includes';
replace_file("$drop/direct.shtml", q(page <!--#python exec="req.write('first')" -->));
my $direct = body('/drop/direct.shtml');
like $direct, qr/^page /, 'nothing comes before the page';
unlike $direct, qr/first/, 'an element can\'t send something itself';
ok until_true(sub { $server->error_log =~ /an element of a page writes by filter\.write\(\)/ }), 'the log says how it writes';
replace_file("$site/plain.shtml", '<!--#python eval="1" -->');
unlike body('/site/plain.shtml'), qr/1/, 'Options IncludesNOEXEC';

replace_file("$drop/dropped.py", "from mod_python import apache\ndef handler(req):\n    req.write(req.hlist.directory)\n    return apache.OK\n");
replace_file("$drop/.htaccess", "SetHandler mod_python\nPythonHandler dropped\n");
is got('/drop/x')->code, 500, '.htaccess needs permission';
like $server->error_log, qr/PythonHandler: not allowed in \.htaccess.*PyHookHtaccess On/, 'the log says which';
is body('/exit'), 'registered', 'cleanups of the child';
$server->stop;
like $server->error_log, qr/the child ends/, 'are called at its end';
like $server->error_log, qr/the server's too/, 'all of them';

my $open = PyHook::Server->new(children => 1, conf => mod_python() . <<"CONF")->start;
PyHookHtaccess On
Alias /drop $drop
<Directory $drop>
    AllowOverride All
</Directory>
CONF
is GET($open->url('/drop/x'))->content, "$drop/", 'a permitted .htaccess, with modules of its directory';
my ($status, $output) = PyHook::Server->new(conf => mod_python() =~ s/^.*python_module/LoadModule python_module/r, without => [])->config_test;
is $status, 0, 'the module alone';

# Nothing of Python runs in the parent, so a restart leaves nothing there.
$open->graceful for 1 .. 3;
my $before = $open->parent_rss_kb;
$open->graceful for 1 .. 10;
cmp_ok $open->parent_rss_kb - $before, '<', 2000, 'ten restarts cost the parent little; mod_python takes 2 MB for each';

done_testing;
