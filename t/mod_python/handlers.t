# mod_python's directives and its request object: phases, how handlers stack, replace each other and are looked up.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET);
use PyHook::Config qw(mod_python top);
use PyHook::Server;
use PyHook::Test qw(config_test until_true);

my $sites = top() . '/t/mod_python/sites';
my $server = PyHook::Server->new(children => 1, conf => mod_python() . <<"CONF")->start;
Listen 127.0.0.1:\@port2\@
Alias /one $sites/one
<VirtualHost *:\@port2\@>
    ServerName two.example
    PythonPath "sys.path+['$sites/two']"
    <Location /two>
        PythonInterpreter two
        SetHandler mod_python
        PythonHandler shared_name
    </Location>
</VirtualHost>
PythonOption everywhere 1
PythonOption removed 1
PythonInterpreter first
PythonPath "sys.path+['$sites/one']"
<Location /all>
    SetHandler mod_python
    AuthType Basic
    AuthName all
    Require valid-user
    PythonInitHandler phases::initial
    PythonHeaderParserHandler phases::headerparser
    PythonAccessHandler phases
    PythonAuthenHandler phases::decline phases phases::never
    PythonAuthzHandler phases
    PythonTypeHandler phases
    PythonFixupHandler phases
    PythonHandler phases phases::second
    PythonLogHandler phases
    PythonCleanupHandler phases
</Location>
<Location /nobody>
    SetHandler mod_python
    AuthType Basic
    AuthName nobody
    Require valid-user
    PythonAuthenHandler phases::nobody
    PythonHandler phases::second
</Location>
<Location /raising>
    AuthType Basic
    AuthName raising
    Require valid-user
    PythonAuthenHandler phases::explode
</Location>
<Location /denied>
    PythonAccessHandler phases::missing
</Location>
<Location /outer>
    SetHandler mod_python
    PythonHandler phases::second
    PythonOption removed
    PythonOption added "a value"
</Location>
<Location /outer/inner>
    PythonHandler phases::options
    PythonOption added ""
</Location>
<Location /page>
    SetHandler python-program
    PythonHandler phases::Page.show
</Location>
<Location /module>
    SetHandler mod_python
    PythonHandlerModule phases
</Location>
<LocationMatch "^/(forgetful|refuse|end|explode|options|keep|add|latin|missing)\$">
    SetHandler mod_python
</LocationMatch>
@{[map { "<Location /$_>\n PythonHandler phases::$_\n</Location>\n" } qw(forgetful refuse end explode options keep add latin missing)]}
<Location /success>
    SetHandler mod_python
    PythonHandler phases::success
</Location>
<Location /success_access>
    PythonAccessHandler phases::success
</Location>
<Location /no_status>
    PythonAccessHandler phases::no_status
</Location>
<Location /debug>
    SetHandler mod_python
    PythonHandler phases::explode
    PythonDebug On
</Location>
<Directory $sites/one>
    PythonInterpreter one
    SetHandler mod_python
    PythonHandler phases::second | .txt .text
    PythonHandler shared_name | .py
</Directory>
CONF

sub body { my ($path, @headers) = @_; return GET($server->url($path), @headers)->content }
sub code { my ($path, @headers) = @_; return GET($server->url($path), @headers)->code }
sub logged { my ($pattern) = @_; return until_true(sub { $server->error_log =~ $pattern }) }
my @login = (Authorization => 'Basic c3BhbTplZ2dz');

is body('/all', @login), 'init:PythonInitHandler headerparser access declined authen authz type fixup handler second:phases::second',
    'all phases run; where the first answer counts, OK ends them';
is GET($server->url('/all'), @login)->header('Content-Type'), 'text/x-own', 'the type handler chose the type';
my $refused = GET($server->url('/all'));
is $refused->code, 401, 'no login';
is $refused->header('WWW-Authenticate'), 'Basic realm="all"', 'the login is asked for';
is code('/all?forbidden', @login), 403, 'an access handler refuses';
ok logged(qr/log handler of \/all\b/), 'the log handler ran';
ok logged(qr/cleanup handler of \/all\b.*ValueError: in a cleanup/s), 'the cleanup handler ran; what it raises is logged';

is code('/nobody', @login), 500, 'OK without a user lets nobody in';
is code('/raising', @login), 500, 'an authen handler that raises lets nobody in';
is code('/denied/'), 500, 'a missing access handler lets nobody in';

is body('/outer'), ' second:phases::second', 'the outer handler';
is body('/outer/inner'), "[('everywhere', '1')]", 'inner handlers replace outer ones; options are merged and removed';
is body('/options'), "[('everywhere', '1'), ('removed', '1')]", 'options of the server';
is body('/page'), 'page of /page', 'a class in the path is called with the request';
is body('/module'), 'access type fixup handler', 'PythonHandlerModule runs what the module has';
is code('/forgetful'), 500, 'a handler that returns nothing';
ok logged(qr/returned None: a handler returns apache\.OK/), 'the log says so';
is code('/refuse'), 410, 'SERVER_RETURN with a status';
is body('/end'), 'ended', 'SERVER_RETURN with DONE';
is code('/explode'), 500, 'an exception';
unlike body('/explode'), qr/exploded/, 'the client does not see it';
like body('/debug'), qr/ValueError: exploded/, 'with PythonDebug it does';
is code('/missing'), 500, 'a missing function';
ok logged(qr/phases\.py' contains no 'missing'/), 'the log names it';
my $success = GET($server->url('/success'));
is $success->code . $success->content, '201made', 'a success is the status of the content';
is code('/success_access/'), 500, 'in an access handler it is no answer';
is code('/no_status/'), 500, 'nor is a number that is no status';
is body('/keep'), 'kept', 'a handler that keeps its request';
is body('/keep'), 'RequestEnded', 'a saved request raises';
is body('/add'), 'first second:phases::second', 'a handler adds another one to its phase';
ok logged(qr/log handler of \/add\b/), 'and one to a later phase';
my $latin = GET($server->url('/latin?%C3%A9'), 'X-Text' => "\xC3\xA9");
is $latin->content, q('%C3%A9' '\\xc3\\xa9'), 'text is read as latin-1';
is $latin->header('X-Text'), "\xC3\xA9", 'and every byte survives';

is body('/one/x.py'), 'one helper of one one one', 'modules are looked up in the directory of the section';
like body('/one/x.txt'), qr/^ second:phases::second$/, '| .ext';
is GET('http://127.0.0.1:' . ($server->port + 1) . '/two/x')->content, 'two helper of two two two',
    'another site has modules of the same names';

sub refusal { my ($status, $output) = config_test(mod_python() . $_[0]); return $status ? $output : 'accepted' }
like refusal(qq(PythonPath "__import__('os').system('true')"\n)), qr/PythonPath: '.*' is not evaluated: write lists of strings/, 'no expression is evaluated';
is refusal(qq(PythonPath "[r'/a', \\"/b\\",]+sys.path+(['/c'])"\n)), 'accepted', 'sums of lists are read';
like refusal("PythonHandler\n"), qr/PythonHandler: names no handler/, 'no handler';
like refusal("PythonHandler a |\n"), qr/PythonHandler: behind '\|' there must be an extension/, 'no extension';
like refusal("PythonTransHandler a | .py\n"), qr/PythonTransHandler: takes no/, 'no extension before a file is known';
like refusal("PythonEnablePdb On\n"), qr/PythonEnablePdb: a debugger needs a terminal/, 'no debugger';
is refusal("PythonEnablePdb Off\nPythonOptimize On\n"), 'accepted', 'Off is accepted, and PythonOptimize';

done_testing;
