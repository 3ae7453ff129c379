# A content handler that works for too long in a worker process is interrupted, and others go on.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY GET_RC);
use PyHook::Server;
use PyHook::Test;

plan tests => 9;

my $server = PyHook::Server->new(conf => <<'CONF', children => 1)->start;
PyHookProcesses hurries request-timeout=1s threads=2
LogLevel pyhook:info
<Location /own>
    PyHookHandler process_handlers:own
    PyHookRunIn hurries
</Location>
CONF
my $process;
until_true { ($process) = $server->worker_pids('hurries') };

is GET_RC($server->url('/own?slow')), 504, 'a function';
like $server->log_when(qr/told of the time-out/), qr/told of the time-out/, '… gets pyhook.RequestTimeout';
like $server->log_when(qr/ran longer than request-timeout/), qr/PYHOOK0085: handler process_handlers:own ran longer than request-timeout/, '… and an entry';
is GET_BODY($server->url('/own?text=1')), "\xc3\xa9", 'the next request is served';
is GET_RC($server->url('/own?slow_coroutine')), 504, 'a coroutine';
like $server->log_when(qr/the coroutine is cancelled/), qr/the coroutine is cancelled/, '… is cancelled';
is GET_BODY($server->url('/own?awaited')), "b'' 0 True", 'the loop goes on';
is GET_BODY($server->url('/own?text=1')), "\xc3\xa9", 'and so do functions';
is +($server->worker_pids('hurries'))[0], $process, 'in the same process';
