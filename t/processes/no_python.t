# httpd's children start no Python if their configuration runs none there.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY GET_RC);
use PyHook::Config qw(mod_python);
use PyHook::Server;
use PyHook::Test;

plan skip_all => 'Valgrind would follow into every process' if ($ENV{PYHOOK_UNDER} // '') eq 'memcheck';

my $sent = <<'CONF';
PyHookProcesses shop
PyHookWSGIAlias /shop processes_apps:hello
<Location /shop>
    PyHookRunIn shop
</Location>
<Location /shop/handler>
    PyHookHandler processes_apps:in_child
</Location>
<Location /health>
    SetHandler pyhook-health
</Location>
<Location /metrics>
    SetHandler pyhook-metrics
</Location>
Alias /server-status none
CONF
my @needed = (
    ['an application in the child', "PyHookWSGIAlias /inside processes_apps:hello"],
    ['one of a section',            "<Location /inside>\n    PyHookWSGI processes_apps:hello\n</Location>"],
    ['a content handler in the child', "<Location /inside>\n    PyHookHandler processes_apps:in_child\n</Location>"],
    ['a hook',                      "<Location /inside>\n    PyHookFixups processes_apps:in_child\n</Location>"],
    ['a plug-in',                   'PyHookImport json'],
    ['an interpreter',              'PyHookInterpreter other'],
    ['a place in an interpreter',   "<LocationMatch ^/shop/inside>\n    PyHookRunIn main\n</LocationMatch>"],
    ['an alias that a section with a slash does not hold for', "PyHookWSGIAlias /inside processes_apps:hello\n<Location /inside/>\n    PyHookRunIn shop\n</Location>"],
    ['files of others',             'PyHookHtaccess On'],
    ['the console',                 'PyHookControl On'],
    ['an expression',               '<If "%{REQUEST_URI} -pyhook \'processes_apps:in_child\'">' . "\n    Options None\n</If>"],
    ['a log field',                 'LogFormat "%{processes_apps:in_child}^py" own'],
    ['a virtual host',              "<VirtualHost 127.0.0.1:1>\n    PyHookLogTransaction processes_apps:in_child\n</VirtualHost>"],
    ['an output filter',            'PyHookOutputFilter own processes_apps:in_child'],
    ['a password check',            'PyHookAuthnProvider own processes_apps:in_child'],
    ['a line of the error log',     'PyHookErrorLog processes_apps:in_child'],
    ['a protocol',                  'PyHookProtocol own processes_apps:in_child'],
    ['another module',              mod_python()],
);
plan tests => 9 + @needed;

# Python's are named, httpd's own have the name of the program.
sub has_python { my ($server) = @_; return scalar grep { /^pyhook/ } $server->child_threads }

my $server = PyHook::Server->new(conf => $sent, children => 1)->start;
until_true { GET_RC($server->url('/shop')) == 200 };
is GET_BODY($server->url('/shop')), 'Hello World!', 'the application runs in a process';
is GET_BODY($server->url('/shop/handler')), 'in the child', 'a content handler, too';
ok !has_python($server), 'and no Python in the child';
my $without = resident_kb($server);
like +(until_true { my $said = GET_BODY $server->url('/health'); $said =~ /"ready"/ && $said }) || '', qr/"reasons":\s*\[\]/, 'which is ready';
is GET_RC($server->url('/inside')), 404, 'what is not there is not there';
like GET_BODY($server->url('/metrics')), qr/^pyhook_process_up\{.*\} 1/m, 'metrics are shown';
like GET_BODY($server->url('/server-status?auto')), qr/^PyHookProcess\[shop\/1\]: /m, 'and the status';
$server->graceful;
is GET_BODY($server->url('/shop')), 'Hello World!', 'a graceful restart changes nothing';

for my $case (@needed) {
    my ($what, $lines) = @$case;
    $server->with_conf("$sent$lines\n")->graceful;
    ok +(until_true { has_python($server) }), "$what needs it";
}
ok +(until_true { resident_kb($server) > $without + 4096 }), 'Python would take more than 4 MB';

sub resident_kb {
    my ($pid) = $_[0]->child_pids;
    open my $file, '<', "/proc/$pid/status" or return 0;
    return join("", <$file>) =~ /^VmRSS:\s+(\d+)/m && $1;
}
