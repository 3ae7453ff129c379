# The console's last errors have what the error log says of worker processes: failed starts, crashes, slow requests.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use IO::Socket::INET;
use JSON::PP qw(decode_json);
use PyHook::Test qw(:DEFAULT write_file);

plan skip_all => 'Valgrind would follow into every process' if ($ENV{PYHOOK_UNDER} // '') eq 'memcheck';
plan tests => 11;

my $place = Apache::Test::vars('t_logs') . '/process_failures';
my $gate = "$place/gate";
unlink $gate;
write_file("$place/failures_broken.py", "def load():\n    raise LookupError('no settings, ' + 'a long one ' * 2000 + 'at the end')\n\nload()\n");
write_file("$place/failures_outside.py", <<"PYTHON");
import os
import time


def application(environ, start_response):
    while environ['PATH_INFO'] == '/waits' and not os.path.exists('$gate'):
        time.sleep(0.01)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b'outside']
PYTHON
my $server = PyHook::Server->new(children => 2, path => $place, conf => <<"CONF")->start;
PyHookControl On
PyHookProcesses outside path=$place slow=1s threads=2
PyHookProcesses broken path=$place import=failures_broken
PyHookWSGIAlias /outside failures_outside:application
<Location /outside>
    PyHookRunIn outside
</Location>
<Location /pyhook>
    PyHookHandler pyhook.console:page
</Location>
CONF

# A start that fails.
my ($failed) = until_failure(qr/^PYHOOK0081: process broken\/1 \(pid \d+\) ended with exit status 70/);
like $failed->{text}, qr/failures_broken\.py", line 2, in load\n.*LookupError: no settings/s, 'a process that cannot start is among the last errors, with the traceback';
like $failed->{text}, qr/\n\.\.\.\n.*at the end$/s, '… whose end is there if it is long';
is "$failed->{interpreter} $failed->{method}$failed->{uri}$failed->{client}", 'broken ', '… under the name of its processes, and of no request';
cmp_ok abs($failed->{time} - time), '<', 600, '… with its time';

# A slow request.
is GET_BODY($server->url('/outside')), 'outside', 'an application serves';
my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $@";
print $socket "GET /outside/waits HTTP/1.0\r\n\r\n";
my @slow = until_failure(qr/^PYHOOK0065: /);
like $slow[0]{text}, qr/^PYHOOK0065: GET \/outside\/waits has run for .*failures_outside\.py", line \d+, in application/s, 'a slow request is there, with its stack';
is scalar @slow, 1, '… once, although two children tell of it';
open my $file, '>', $gate or die "$gate: $!";
like do { local $/; <$socket> }, qr/outside$/, '… and goes on';

# A crash.
my ($pid) = $server->worker_pids('outside');
kill SEGV => $pid;
my ($crash) = until_failure(qr/SIGSEGV/);
like $crash->{text}, qr/^PYHOOK0080: process outside\/1 \(pid $pid\) was ended by signal 11 \(SIGSEGV\)/, 'a process that crashes is there';
is $crash->{pid}, $pid, '… with its number';
$server->graceful;
is scalar until_failure(qr/SIGSEGV/), 1, '… also after a graceful restart';

sub recent { return @{ (eval { decode_json(GET_BODY($server->url('/pyhook/data.json'))) } // {})->{recent} // [] } }
sub until_failure { my ($pattern) = @_; my @found; until_true { @found = grep { $_->{kind} eq 'failure' && $_->{text} =~ $pattern } recent() }; return @found }
