# WebSockets of worker processes that are many, loud, long, behind TLS, or left by their clients.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY);
use PyHook::Config qw(mpm);
use PyHook::Server;
use PyHook::Test;
use PyHook::Tls;
use PyHook::WebSocket;
use Socket qw(SOL_SOCKET SO_LINGER);

plan skip_all => 'Valgrind would follow into every process' if ($ENV{PYHOOK_UNDER} // '') eq 'memcheck';
plan tests => 43;

my $server = PyHook::Server->new(children => mpm() eq 'prefork' ? 24 : 1);
make_certificate($server->{root});
my $apps = join '', map { "PyHookASGIAlias /$_ crowded_sockets:app\n<Location /$_>\n    PyHookRunIn $_\n</Location>\n" } qw(few one);
$server->with_conf(<<'CONF' . $apps . tls_host($server->port + 1, $apps))->start;
PyHookProcesses few processes=2 files=64 retry-after=7
PyHookProcesses one threads=4
CONF

sub open_at { PyHook::WebSocket->connect($server->port, @_) }
sub log_has { my ($pattern) = @_; return until_true { $server->error_log =~ $pattern } }
sub lives { my ($socket, $text) = @_; $socket->text($text); return ($socket->message // '') eq $text }

# The client closes its connection with a reset.
sub reset_it {
    my ($socket) = @_;
    setsockopt $socket->{socket}, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0);
    close $socket->{socket};
}

# An application that only sends.
my %ends = (
    'a close frame' => sub { $_[0]->close_with(1000) },
    'the end of the connection' => sub { close $_[0]{socket} },
    'a reset' => \&reset_it,
);
for my $end (sort keys %ends) {
    for my $unread (0, 100) {
        next if $unread && $end eq 'a close frame'; # httpd reads no further than the application
        my $socket = open_at('/one/ticks');
        $socket->text('unread') for 1 .. $unread;
        $socket->message for 1 .. 3;
        my $before = GET_BODY $server->url('/one/count');
        $ends{$end}->($socket);
        my ($open) = $before =~ /^(\d+) open/;
        ok +(until_true { GET_BODY($server->url('/one/count')) =~ /^${\($open - 1)} open/ }), "$end, with $unread messages that nobody takes, ends an application that only sends";
    }
}
ok +(until_true { GET_BODY($server->url('/server-status?auto')) =~ /^PyHookProcess\[one\/1\]: .* busy=\d sockets=0 /m }), 'and httpd has forgotten them';
like GET_BODY($server->url('/one/count')), qr/ 5 Disconnected$/, 'send has raised';

# A process that can open nothing more.
my $hogged = GET_BODY $server->url('/few/hog');
my @many = map { open_at('/few/echo') } 1 .. 6;
is scalar(grep { ($_->status // 0) == 101 } @many), 6, 'sockets open where one of two processes has no descriptor left';
my @where = map { $_->text('pid'); $_->message } @many;
cmp_ok scalar(grep { $_ != $hogged } @where), '>=', 5, 'the other process takes them';
ok log_has(qr/\[pyhook:error\] \[pid $hogged\] PYHOOK0087: process $hogged of 'few' takes no more connections: it may have 64 files .* Write a larger files=/), 'the log says which has none and what helps';
my $other = GET_BODY $server->url('/few/hog');
isnt $other, $hogged, 'then the other one has none';
my @refused = map { open_at('/few/echo') } 1 .. 4;
my @full = grep { ($_->status // 0) == 503 } @refused;
cmp_ok scalar(@full), '>=', 3, 'now sockets are refused';
is scalar(grep { ($_->header('Retry-After') // '') eq '7' } @full), @full, 'with the time to come again';
ok log_has(qr/PYHOOK0083: asgi crowded_sockets:app is not called: no process of 'few' can open another connection: write a larger files= \(/), 'and an entry';
is scalar(grep { lives($_, 'still here') } @many), 6, 'those that are open go on';
unlike $server->error_log, qr/PYHOOK0084/, 'no request is lost';
my ($at) = grep { $where[$_] == $other } 0 .. $#many;
$many[$at]->text('free');
is $many[$at]->message, 'freed', 'a process that closes its files';
my $after = open_at('/few/echo');
is $after->status, 101, 'takes sockets again';
$_->close_with(1000) for @many, $after, grep { ($_->status // 0) == 101 } @refused;

# Two processes' worth of log entries take turns.
my @loud = map { open_at("/one/loud?$_") } 'one', 'two';
$_->text('go') for @loud;
is scalar(grep { ($_->message // '') eq 'done' } @loud), 2, 'applications that say much to the log';
until_true { (() = $server->error_log =~ /loud (?:one|two) /g) == 16_000 };
my ($turns, $last, $lines) = (0, '', 0);
for my $who ($server->error_log =~ /loud (one|two) /g) {
    ++$lines;
    ++$turns if $who ne $last;
    $last = $who;
}
is $lines, 16_000, 'all of it is written';
SKIP: {
    skip 'each has a child of its own', 1 if mpm() eq 'prefork';
    cmp_ok $turns, '>', 40, 'and neither makes the other wait for all of it';
}

# Compression.
my $long = open_at('/one/echo', 'Sec-WebSocket-Extensions' => 'permessage-deflate');
$long->text('x' x (256 * 1024));
is(($long->read)[0], 0xc1, 'a message of 256 KB is compressed');
$long->text('x' x (256 * 1024 + 1));
my ($first, $payload) = $long->read;
is sprintf('%02x %d', $first, length $payload), '81 ' . (256 * 1024 + 1), 'a longer one is sent as it is';
$long->binary('y' x 5_000_000);
ok $long->message eq 'y' x 5_000_000, 'a much longer one, too';

# Over TLS.
SKIP: {
    skip 'IO::Socket::SSL is not installed', 4 unless eval { require IO::Socket::SSL };
    my $connect = sub { IO::Socket::SSL->new(PeerAddr => '127.0.0.1', PeerPort => $server->port + 1, SSL_verify_mode => 0) };
    my @secure = map { PyHook::WebSocket->connect($connect->(), '/one/echo') } 1 .. 5;
    is scalar(grep { lives($secure[$_], "secret $_") } 0 .. $#secure), 5, 'sockets over TLS echo';
    $secure[0]->binary('z' x 3_000_000);
    ok $secure[0]->message eq 'z' x 3_000_000, 'a long message, too';
    $secure[1]->text('scheme');
    is $secure[1]->message, 'wss', 'the scope says so';
    $_->close_with(1000) for @secure;
    is scalar(grep { $_->closed eq '1000 ' } @secure), 5, 'and close';
}
$server->stop;
unlike $server->error_log, qr/${\crashed_or_late()}|Task was destroyed|never awaited|Traceback/, 'nothing crashes or hangs';

# A child that leaves does not wait for an application that goes on after its WebSocket.
SKIP: {
    skip 'a prefork child leaves when it serves nobody', 9 if mpm() eq 'prefork';
    for my $place ('', "PyHookProcesses lasting graceful-timeout=2s\nPyHookRunIn lasting") {
        my $leaving = PyHook::Server->new(children => 1, conf => <<"CONF")->start;
MaxConnectionsPerChild 5
PyHookASGIAlias / crowded_sockets:app
$place
CONF
        my @old = $leaving->child_pids;
        my $socket = PyHook::WebSocket->connect($leaving->port, '/sleeps');
        is $socket->message, 'sleeps', 'an application that neither sends nor receives';
        until_true { GET_BODY $leaving->url('/count'); my %now = map { $_ => 1 } $leaving->child_pids; keys %now > 1 || !$now{$old[0]} };
        is $socket->closed, '1001 ', 'a child that leaves closes its sockets';
        ok +(until_true { !kill 0 => $old[0] }), 'and does not wait for the application';
        like GET_BODY($leaving->url('/count')), qr/^1 open/, 'which goes on in a process' if $place;
        $leaving->stop;
        unlike $leaving->error_log, qr/Traceback|${\crashed_or_late()}/, 'nothing crashes or hangs';
    }
}

# A child of httpd that can open nothing more.
SKIP: {
    skip 'a prefork child has one connection', 5 if mpm() eq 'prefork';
    skip 'UBSan opens a pipe to look at an object', 5 if ($ENV{PYHOOK_UNDER} // '') eq 'address';
    my $narrow = PyHook::Server->new(children => 1, under => ['sh', '-c', 'ulimit -n 64; exec "$@"', 'sh'], conf => <<'CONF')->start;
AsyncRequestWorkerFactor 20
PyHookProcesses wide retry-after=9
PyHookASGIAlias / crowded_sockets:app
PyHookRunIn wide
CONF
    my @open;
    until_true { push @open, PyHook::WebSocket->connect($narrow->port, '/echo'); ($open[-1]->status // 0) != 101 };
    my $refused = pop @open;
    is $refused->status, 503, 'a child that has no descriptor left refuses';
    is $refused->header('Retry-After'), 9, 'with the time to come again';
    ok +(until_true { $narrow->error_log =~ /PYHOOK0083: asgi crowded_sockets:app is not called: httpd can open no connection to the processes 'wide': raise its limit of open files \(ulimit -n, LimitNOFILE= of systemd\)/ }), 'the log says what helps';
    is scalar(grep { lives($_, 'here') } @open), @open, 'those that are open go on';
    my $leaves = pop @open;
    $leaves->close_with(1000);
    $leaves->closed;
    ok +(until_true { (PyHook::WebSocket->connect($narrow->port, '/echo')->status // 0) == 101 }), 'and one that leaves makes room';
    $narrow->stop;
}
