# ASGI applications in worker processes: several requests on one loop, restarts, time-outs, and processes that say what
# none should.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY GET_RC);
use IO::Select;
use IO::Socket::INET;
use PyHook::Server;
use PyHook::Test;

plan skip_all => 'Valgrind would follow into every process' if ($ENV{PYHOOK_UNDER} // '') eq 'memcheck';
plan tests => 38;

my $mark = Apache::Test::vars('t_logs') . '/processes_asgi_broken';
my $server = PyHook::Server->new(children => 6, conf => <<"CONF")->start;
PyHookProcesses one setenv=BROKEN_MARK=$mark
PyHookProcesses hurries request-timeout=1s
PyHookASGIAlias /one processes_asgi:app
<Location /one>
    PyHookRunIn one
    RequestHeader set X-Remote-User "expr=%{REMOTE_USER}"
</Location>
<Location /one/guarded>
    AuthType tested
    PyHookCheckAuthn processes_asgi:admit
    Require valid-user
</Location>
PyHookProcesses leaves request-timeout=4s
PyHookASGIAlias /leaves processes_asgi:app
<Location /leaves>
    PyHookRunIn leaves
</Location>
PyHookASGIAlias /hurries processes_asgi:app
<Location /hurries>
    PyHookRunIn hurries
</Location>
CONF

sub body { GET_BODY $server->url("/$_[0]") }

sub begin {
    my ($path, $method) = (@_, 'GET');
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $!";
    $socket->autoflush(1);
    print $socket "$method /$path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    return $socket;
}

sub read_until {
    my ($socket, $pattern) = @_;
    my $text = '';
    until_true {
        return 1 if IO::Select->new($socket)->can_read(1) && !sysread $socket, $text, 65536, length $text;
        $text =~ $pattern;
    };
    return $text;
}

my $pid = body('one/pid');
like $pid, qr/^\d+$/, 'an application answers';

my $waiting = begin('one/waits');
ok +(until_true { body('one/opens') eq 'open' }), 'another request on the same loop';
like read_until($waiting, qr/opened/), qr/opened/, 'lets the first one go on';
is length body('one/large'), 5_000_000, 'a large body';
is body('one/prints'), 'printed', 'an application prints';
like $server->log_when(qr/printed by one task/), qr/\[pyhook:notice\] .*\[client [^\]]*\] printed by one task/, 'to the log, with the request';

# Who the client is.
my @forged = ('X-Remote-User' => 'root');
is GET_BODY($server->url('/one/guarded/user'), @forged), 'ada', 'a header tells the application who the client is';
is GET_BODY($server->url('/one/user'), @forged), '', 'and no client can send it';

# A client that leaves is missed while the process says something all the time, and nothing of it is sent.
my $head = begin('one/events', 'HEAD');
$server->log_when(qr/HEAD events begin/);
close $head;
like $server->log_when(qr/HEAD events end/), qr/HEAD events end/, 'the client of a HEAD request has gone';

# A process that says what none should harms only its own request.
my $other = begin('one/events');
read_until($other, qr/data: now/);
for my $kind (qw(rubbish long type body half header file)) {
    my $socket = begin("one/forged?$kind");
    if ($kind eq 'half') { # nobody can tell: it is the client that does not wait
        ok !IO::Select->new($socket)->can_read(0.5), 'half a frame is no answer';
        close $socket;
        next;
    }
    my $answer = read_until($socket, qr/^\z(?!)/);
    like $answer, qr{^HTTP/1\.1 502 (?!.*Evil)}s, "$kind is no answer";
}
like read_until($other, qr/data: now/), qr/data: now/, 'a stream beside them goes on';
is body('one/pid'), $pid, 'and so does the process';

# A successor that can't start up does not replace the process of before.
replace_file($mark, '');
kill USR1 => $server->parent_pid;
like $server->log_when(qr/the database is closed/), qr/PYHOOK0081: process one.*(?:\n.*\|.*)*could not start: the database is closed/, 'a start that fails is logged';
is body('one/pid'), $pid, 'and the process of before goes on';
unlink $mark;
ok +(until_true { body('one/pid') ne $pid }), 'until one starts';
like read_until($other, qr/^\z(?!)/), qr/data: now\n\n\r\n0\r\n\r\n\z/, 'a stream of events ends whole';
like $server->log_when(qr/the application of $pid has shut down/), qr/the application of $pid has shut down/, 'and the application shuts down';

# Time-outs.
my $stream = begin('hurries/events');
is GET_RC($server->url('/hurries/hangs')), 504, 'request-timeout';
$server->log_when(qr/asgi processes_asgi:app ran longer/);
my $log = $server->log_when(qr/ has run for .*: it is interrupted/); # by another thread, and so perhaps later
like $log, qr/PYHOOK0085: GET \/hurries\/hangs has run for \d+ s in process \d+ of 'hurries': it is interrupted\n(?:.*\n)*?.*processes_asgi.py", line \d+, in hangs/, 'with the stack';
like $log, qr/PYHOOK0085: asgi processes_asgi:app ran longer than request-timeout/, 'and the request';
my $leaves = body('leaves/pid');
my $leaving = begin('leaves/hangs');
ok +(until_true { $server->error_log =~ /\/leaves\/hangs begins/ }), 'a request';
kill USR1 => $server->parent_pid;
ok +(until_true { body('leaves/pid') ne $leaves }), 'whose process is replaced';
like read_until($leaving, qr/^\z(?!)/), qr{^HTTP/1.1 504 }, 'has its time-out there, too';
like $server->log_when(qr/leaves\/hangs has run for/), qr/PYHOOK0085: GET \/leaves\/hangs has run for \d+ s in process $leaves of 'leaves': it is interrupted/, 'from that process';
my $hurries = body('hurries/pid');
is GET_RC($server->url('/hurries/stubborn')), 504, 'a task that can not be cancelled';
like $server->log_when(qr/stubborn can't be interrupted/), qr/process hurries\/1 .* is replaced: GET \/hurries\/stubborn can't be interrupted/, 'has its process replaced';
ok +(until_true { body('hurries/pid') ne $hurries }), 'which is';
like read_until($stream, qr/^\z(?!)/), qr/\r\n0\r\n\r\n\z/, 'nothing limits a stream of events but that';
is GET_RC($server->url('/hurries/blocks')), 504, 'what blocks the loop';
ok +(until_true { GET_RC($server->url('/hurries/pid')) == 200 }), 'is replaced, too';
is GET_RC($server->url('/one/dies')), 502, 'a process that ends';
ok +(until_true { GET_RC($server->url('/one/pid')) == 200 }), 'is replaced';
