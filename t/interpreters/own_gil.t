# Interpreters with their own GIL: refused where Python cannot make them, complete where it can.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET POST GET_BODY GET_RC);
use PyHook::Test;

plan tests => 6 + 2 * 4;

my $conf = <<'CONF';
PyHookInterpreter crowd gil=own count=2
PyHookRunIn crowd
<Location /modules>
    PyHookHandler own_gil:modules
</Location>
<Location /refused>
    PyHookHandler own_gil:refused
</Location>
<Location /held>
    PyHookHandler own_gil:held
</Location>
<Location /wrapped>
    PyHookHandler own_gil:wrapped
</Location>
<Location /chained>
    PyHookHandler own_gil:chained
</Location>
<Location /hidden>
    PyHookHandler own_gil:hidden
</Location>
<Location /target>
    PyHookHandler own_gil_wrapping:page
</Location>
CONF

my ($status, $output) = config_test($conf);
if ($status != 0) {
    like $output, qr/PyHookInterpreter: gil=own needs Python 3\.13 or later, and mod_pyhook is linked with 3\.1[12]:/,
        'an older Python says so when the configuration is tested';
    SKIP: { skip 'mod_pyhook is linked with a Python that has no usable GIL per interpreter', 13 }
    exit;
}
pass 'the configuration is accepted';
my $server = PyHook::Server->new(conf => $conf, children => 1)->start;
like GET_BODY($server->url('/modules')), qr{^crowd/[12] \['ctypes', 'datetime', 'decimal', 'zoneinfo'\]},
    'the standard library works';
my $body = 'x' x 100_000;
my $answer = POST $server->url('/held'), content => $body;
is $answer->content, "POST True 100000 127.0.0.1 127.0.0.1\n", 'a request is all there';
like $answer->header('X-Member'), qr{^crowd/[12]$}, 'and its headers';
is GET_RC($server->url('/refused')), 500, 'an extension that can not be loaded is an error';
my $shared = has_no_gil() ? '' : ', or define the interpreter with gil=shared';
my $cure = qr{can't be loaded in interpreter 'crowd/[12]': run every place .*\(PyHookRunIn main\)$shared};
like $server->error_log, qr/PYHOOK0005: handler own_gil:refused raised .*readline does not support loading in subinterpreters.*$cure/s,
    'the log names the extension, the interpreter and the cure';

# However the package wraps the error of the extension.
for my $way (qw(wrapped chained hidden target)) {
    my $before = length $server->error_log;
    is GET_RC($server->url("/$way")), 500, "an error that is $way";
    like substr($server->error_log, $before), qr/PYHOOK000[35]: handler own_gil.*$cure/s, '… has the cure in the log';
}
