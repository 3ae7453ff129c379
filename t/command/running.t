# pyhook ps and stacks show the requests whose Python runs on an event loop or in a worker process.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use IO::Socket::INET;
use PyHook::Command qw(json_from text_from);
use PyHook::Config qw(mpm new_directory);
use PyHook::Test qw(:DEFAULT write_file);

my $beside = mpm() eq 'prefork' ? 0 : 1; # there a child serves one request
plan tests => 24 + 4 * $beside;

my $directory = new_directory('running');
my $server = PyHook::Server->new(children => $beside ? 1 : 4, conf => <<'CONF')->start;
PyHookControl On
PyHookProcesses shop threads=1 queue-timeout=10m request-timeout=0
<Location /waits>
    PyHookHandler running:waits
</Location>
<Location /computes>
    PyHookHandler running:computes
</Location>
<Location /socket>
    PyHookWebSocket running:converses
</Location>
<Location /wake>
    PyHookHandler running:wake
</Location>
<Location /stop>
    PyHookHandler running:stop_computing
</Location>
PyHookASGIAlias /asgi running:application
PyHookWSGIAlias /shop running:in_process
<Location /shop>
    PyHookRunIn shop
</Location>
CONF

# Tasks that wait.
my %tasks = (
    '/waits?1' => ['GET /waits?1', qr/in waits\n +await deeper\(\)\n.*in deeper\n +await event\(\)\.wait\(\)\n/],
    '/asgi/2'  => ['GET /asgi/2',  qr/in application\n +await deeper\(\)\n.*in deeper\n/],
    '/socket'  => ['GET /socket',  qr/in converses\n +await deeper\(\)\n.*in deeper\n/],
);
for my $path (sort keys %tasks) {
    my ($what, $stack) = @{ $tasks{$path} };
    my $client = request($path, $path eq '/socket');
    my @calls = calls_of($path, 'task');
    is scalar(@calls), 1, "$path is listed once";
    ok exists $calls[0]{task} && $calls[0]{age} > 0, '… as a task with its age' or diag explain \@calls;
    like text_from($server, 'ps'), qr/^\d+ +\d+ MB +\d+ \w+ +main +\d+\.\d s +loop +handler +\Q$what\E +127\.0\.0\.1$/m, '… in the table';
    ok until_true { stack_of($path) =~ $stack }, '… with the coroutines that it awaits' or diag stack_of($path);
    if ($path eq '/waits?1') {
        my ($profile) = json_from($server, 'profile', 1);
        my @stacks = map { "@{ $_->{frames} }" } map { @{ $_->{stacks} } } map { @{ $_->{profiles} } } @$profile;
        ok scalar(grep { /waits \(\S+running\.py:\d+\) deeper \(/ } @stacks), '… and a profile sees it' or diag explain \@stacks;
    }
    GET_BODY($server->url('/wake')) if $beside;
}

# A task that computes keeps its loop from everything else.
if ($beside) {
    my $client = request('/computes');
    my @calls = calls_of('/computes');
    is scalar(@calls), 1, 'a task that computes is listed once';
    ok until_true { stack_of('/computes') =~ qr/in computes\n +compute\(\)\n.*in compute\n +computed\.wait\(600\)\n.*in wait/ },
        '… with what it has called' or diag stack_of('/computes');
    my $others = scalar(() = stack_of('/computes') =~ /run_forever/g);
    is $others, 0, '… and without asyncio below it';
    GET_BODY($server->url('/stop')) until IO::Select->new($client)->can_read(0.2);
    like answer_from($client, 20), qr/went on/, '… and it went on';
}

# Worker processes.
{
    my @clients = request("/shop?$directory/1");
    my @calls;
    until_true { @calls = calls_of('/shop'); $calls[0]{process} }; # two that come at once may both find its thread free
    push @clients, request("/shop?$directory/2");
    ok until_true { @calls = sort { $b->{process} <=> $a->{process} } calls_of('/shop'); @calls == 2 && $calls[0]{process} }, 'a request in a process, and one that waits for it'
        or diag explain \@calls;
    my ($pid) = map { $_->{pid} } map { @{ $_->{processes} } } @{ (json_from($server, 'ps'))[0] };
    cmp_ok $pid, '>', 1, '… which has a number';
    is join(' ', map { $_->{process} } @calls), "$pid 0", '… are listed with the process';
    like text_from($server, 'ps'), qr/^\d+ +\d+ MB +\d+ \w+ +shop +\d+\.\d s +process $pid +handler +GET \/shop\?\S+ +127\.0\.0\.1$/m, '… in the table';
    like text_from($server, 'ps'), qr/^$pid +\d+ MB +\d+ \w+ +shop\/1 +ready$/m, '… which lists the process itself';
    my $line  = qr/time\.sleep\(0\.02\)|while not os\.path\.exists\(path\):/; # it looks for its file all the time
    my $stack = qr/^$pid shop\/1: GET \/shop\?\S+, \d+\.\d s\n[^\0]*in in_process\n[^\0]*in until_there\n +(?:$line)\n/m;
    like text_from($server, 'stacks'), $stack, 'stacks has the stack in the process, though all its threads are busy';
    like text_from($server, 'stacks', $pid), $stack, '… for that process alone';
    is scalar(() = text_from($server, 'stacks') =~ /in until_there/g), 1, '… once, whoever is asked';
    write_file("$directory/$_", '') for 1, 2;
    like answer_from($_, 20), qr/went on/, 'the process serves on' for @clients;
    my @processes;
    ok until_true { @processes = map { @{ $_->{processes} } } @{ (json_from($server, 'stacks'))[0] }; @processes && !grep { $_->{said} ne '[]' } @processes },
        'a process that does nothing says so' or diag explain \@processes;
}
$server->stop;

# Those of this path; all have this key, if one is named.
sub calls_of {
    my ($path, $key) = @_;
    my @calls;
    until_true {
        @calls = grep { $_->{uri} =~ /^\Q$path\E/ } map { @{ $_->{calls} } } @{ (json_from($server, 'ps'))[0] };
        @calls && (!$key || !grep { !exists $_->{$key} } @calls);
    };
    return @calls;
}

sub stack_of {
    my ($path) = @_;
    return join '', map { map { "$_\n" } @{ $_->{stack} } } grep { $_->{uri} =~ /^\Q$path\E/ } map { @{ $_->{calls} } } @{ (json_from($server, 'stacks'))[0] };
}

sub request {
    my ($path, $upgrades) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $@";
    print $socket "GET $path HTTP/1.1\r\nHost: localhost\r\n"
        . ($upgrades ? "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" : "Connection: close\r\n\r\n");
    $socket->flush;
    return $socket;
}
