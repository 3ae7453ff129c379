# More sockets and streams than threads: while they wait they hold none, and other requests are answered.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Config qw(mpm);
use PyHook::Server;
use PyHook::Stream qw(open_stream);
use PyHook::Test;
use PyHook::Tls;
use PyHook::WebSocket;

my $many = 60;
plan tests => 33, need { 'only the event MPM suspends connections' => sub { mpm() eq 'event' } };

my $server = PyHook::Server->new;
make_certificate($server->{root});
$server->with_conf(<<'CONF' . tls_host($server->port + 1, 'PyHookASGIAlias /app suspended:app'))->start;
ServerLimit 1
StartServers 1
ThreadsPerChild 4
MinSpareThreads 1
MaxSpareThreads 4
MaxRequestWorkers 4
AsyncRequestWorkerFactor 100
Timeout 600
LogFormat "%U %s %B %X %{ms}T" suspended
CustomLog "@t_logs@/suspended_log" suspended
PyHookASGIAlias /app suspended:app
PyHookSuspendAfter 0
CONF

sub page { my ($what) = @_; return GET_BODY($server->url("/app/$what")) }
sub listeners { return (page('state') =~ /listeners=(\d+)/)[0] }

# How often the access log has a line that matches.
sub logged {
    my ($pattern) = @_;
    open my $file, '<', "$server->{root}/suspended_log" or return 0;
    return scalar grep { /$pattern/ } <$file>;
}
sub opened { return PyHook::WebSocket->connect($server->port, '/app/socket') }

# Who is heard of is not asked whether it is there, however long this takes.
sub tend { $_->raw(PyHook::WebSocket::frame(0x8a, '')) for @_ }

my @sockets;
for (1 .. $many) {
    push @sockets, opened();
    tend(@sockets);
}
is scalar(grep { ($_->status // 0) == 101 } @sockets), $many, "$many sockets open on four threads";
my @streams;
for (1 .. $many) {
    push @streams, open_stream($server, '/app/stream');
    tend(@sockets);
}
is scalar(grep { $_->next_event eq 'data: begins' } @streams), $many, "so do $many streams";
ok until_true { listeners() == 2 * $many }, 'while plain requests are answered';
is logged(qr{^/app/(?:socket|stream)}), 0, 'none of them is over';

for my $at (0 .. $#sockets) { $sockets[$at]->text("echo $at") }
is scalar(grep { ($sockets[$_]->message // '') eq "echo $_" } 0 .. $#sockets), $many, 'each socket echoes';
is page('post?news'), 'told ' . 2 * $many, 'what one request posts';
is scalar(grep { ($_->message // '') eq 'news' } @sockets), $many, '… each socket hears';
is scalar(grep { $_->next_event eq 'data: news' } @streams), $many, '… and each stream';

tend(@sockets);
my $long = join '', map { chr(32 + $_ % 90) } 1 .. 300_000;
$sockets[0]->binary($long);
ok($sockets[0]->message eq $long, 'a long message comes back');
my @leaving = splice @sockets, 0, 10;
$_->close_with(4000, 'bye') for @leaving;
is scalar(grep { $_->closed eq '4000 ' } @leaving), 10, 'a close frame is answered';
ok until_true { logged(qr{^/app/socket 101}) == 10 }, 'and the request logged, with its status';
my @lost = splice @sockets, 0, 10;
close $_->{socket} for @lost;
ok until_true { page('state') =~ /\('1006', 10\)/ }, 'a client that is lost is 1006' or diag page('state');
ok until_true { logged(qr{^/app/socket 101 \d+ X}) >= 10 }, 'and logged so';
close $_->{socket} for splice @streams, 0, 10;
ok until_true { page('state') =~ /\('disconnected', 10\)/ }, 'a stream hears that its client has gone';

tend(@sockets);
page('post?end');
is scalar(grep { ($_->message // '') eq 'end' } @sockets), @sockets, 'sockets go on';
my $whole = grep { $_->ends } @streams;
is $whole, @streams, 'while streams end, whole';
my $size = length "data: begins\n\ndata: news\n\ndata: ends\n\n";
ok until_true { logged(qr{^/app/stream 200 $size [-+]}) == @streams }, 'and are logged with status and bytes';
ok until_true { listeners() == @sockets }, 'nothing of them stays';

@streams = map { open_stream($server, '/app/stream') } 1 .. 5;
$_->next_event for @streams;
until_true { listeners() == @sockets + 5 }; # a client may have the event before the application goes on
page('post?fail');
$_->message for @sockets;
is scalar(grep { !$_->ends } @streams), 5, 'an exception breaks a stream off';
like $server->error_log, qr/LookupError: as posted/, 'and is logged';

tend(@sockets);
# Over TLS.
SKIP: {
    skip 'IO::Socket::SSL is not installed', 5 unless eval { require IO::Socket::SSL };
    my $connect = sub {
        return IO::Socket::SSL->new(PeerAddr => '127.0.0.1', PeerPort => $server->port + 1, SSL_verify_mode => 0);
    };
    my @secure = map { PyHook::WebSocket->connect($connect->(), '/app/socket') } 1 .. 10;
    $secure[$_]->text("secret $_") for 0 .. $#secure;
    is scalar(grep { ($secure[$_]->message // '') eq "secret $_" } 0 .. $#secure), 10, 'sockets over TLS echo';
    $secure[0]->binary($long);
    ok $secure[0]->message eq $long, 'a long message too';
    page('post?open');
    is scalar(grep { ($_->message // '') eq 'open' } @secure), 10, 'and hear what is posted';
    $_->message for @sockets;
    tend(@sockets);
    $_->close_with(1000) for @secure;
    is scalar(grep { $_->closed eq '1000 ' } @secure), 10, 'and close';
    is scalar(grep { $_->tls_has_ended } @secure), 10, 'with the end that TLS wants';
}

# A client that takes nothing: what waits for it is bounded, and the loop goes on.
sub flooded { return (page('state') =~ /\('flood', (\d+)\)/)[0] // -1 }
my @floods = (sub { PyHook::WebSocket->connect($server->port, '/app/flood') }, sub { open_stream($server, '/app/flood') });
for my $flood (@floods) {
    my $slow = $flood->();
    my $at = -1;
    tend(@sockets);
    my $same = 0;
    until_true { my $now = flooded(); $same = $now == $at ? $same + 1 : 0; $at = $now; $same > 5 };
    cmp_ok $at, '<', 190, 'a client that takes nothing is not sent all';
    tend(@sockets);
    my $taken = length($slow->{buffer} // $slow->{text});
    while ($taken < 20_000_000 && sysread $slow->{socket}, my $bytes, 65_536) { $taken += length $bytes }
    cmp_ok $taken, '>=', 20_000_000, 'and all of it when it takes it';
}

tend(@sockets);
$_->text('still here') for @sockets;
is scalar(grep { ($_->message // '') eq 'still here' } @sockets), @sockets, 'the other sockets have not noticed';
my @old = $server->child_pids;
kill USR1 => $server->parent_pid;
is scalar(grep { $_->closed eq '1001 ' } @sockets), @sockets, 'a graceful restart closes them with 1001';
close $_->{socket} for @sockets;
ok until_true { my %now = map { $_ => 1 } $server->child_pids; !grep { $now{$_} } @old }, 'and the child leaves';
$server->stop;
unlike $server->error_log, qr/${\crashed_or_late()}|Task was destroyed|never awaited/, 'nothing crashes or hangs';
