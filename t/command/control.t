# pyhook ps, top, stacks, profile and memory look into a running server, for root and the server's user only.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP qw(decode_json);
use POSIX ();
use PyHook::Command qw(json_from text_from);
use PyHook::Config qw(mpm);
use PyHook::Test qw(:DEFAULT write_file);

plan tests => 28;

my $server = PyHook::Server->new(children => 2, conf => <<'CONF')->start;
PyHookControl On
PyHookInterpreter shop
<Location /crowded>
    PyHookHandler operated:crowded
</Location>
<Location /wait>
    PyHookHandler operated:wait
</Location>
<Location /free>
    PyHookHandler operated:free
</Location>
<Location /compute>
    PyHookHandler operated:compute
</Location>
<Location /keep>
    PyHookHandler operated:keep
</Location>
CONF
my $directory = "$server->{root}/pyhook";
until_true { my @all = glob "$directory/*.socket"; @all == 2 };

my $waiting = request('/wait?a="%00<b>');
my $children;
ok until_true { ($children) = json_from($server, 'ps'); grep { @{ $_->{calls} } } @$children }, 'ps finds a running request';
is join(' ', sort map { $_->{pid} } @$children), join(' ', sort $server->child_pids), '… in one of the children';
my ($call) = map { @{ $_->{calls} } } @$children;
is join(' ', map { $call->{$_} } qw(interpreter phase method uri client)), 'main handler GET /wait?a="%00<b> 127.0.0.1', '… and what it is';
cmp_ok $call->{age}, '>', 0, '… its age';
cmp_ok $children->[0]{memory}, '>', 1e6, "… the child's memory";
like text_from($server, 'ps'), qr/^PID .*\n(?:.*\n)*.*main +\d+\.\d s +Python +handler +GET \/wait/, '… as a table';
is scalar(() = text_from($server, 'top', '--times', 2) =~ /GET \/wait/g), 2, 'top shows it again and again';

my ($pid) = map { $_->{pid} } grep { @{ $_->{calls} } } @$children;
my ($with) = json_from($server, 'stacks', $pid);
is scalar(@$with), 1, 'stacks of one child';
like join('', @{ $with->[0]{calls}[0]{stack} }), qr/in wait\n +go_on\.wait\(60\).*in wait/s, '… show what the request does';
like text_from($server, 'stacks'), qr/^$pid main: handler GET \/wait\S+ from 127\.0\.0\.1, \d+\.\d s, in Python\n  File .*operated\.py", line \d+, in wait\n/m, '… for people too';
like text_from($server, 'stacks', 1), qr/there is no child 1 with a control socket/, '… and an unknown child is said to be one';
if (mpm() eq 'prefork') { kill TERM => $pid }
else                    { GET_BODY($server->url('/free')) until $waiting->connected && IO::Select->new($waiting)->can_read(0.2) }

my $computed = "$server->{root}/computed";
my $busy = request("/compute?$computed");
my $svg = "$server->{root}/flame.svg";
my $scope = "$server->{root}/scope.json";
my ($profiles) = json_from($server, 'profile', 2, '--svg', $svg, '--speedscope', $scope);
my @stacks = map { @{ $_->{stacks} } } map { @{ $_->{profiles} } } @$profiles;
ok scalar(grep { "@{ $_->{frames} }" =~ /^compute \(.*operated\.py:\d+\).* inner \(/ } @stacks), 'profile sees functions and their callers';
like slurp($svg), qr/^<svg .*<title>inner \(.*operated\.py:\d+\): \d+ samples<\/title>.*<\/svg>\n$/s, '… as a flame graph';
my $file = decode_json(slurp($scope));
is scalar(@{ $file->{profiles}[0]{samples} }), scalar(@{ $file->{profiles}[0]{weights} }), '… for speedscope';
write_file($computed, '');
answer_from($busy, 20);

GET_BODY($server->url("/free")); # a child that has just begun would import its modules first
my $kept = "$server->{root}/kept";
my $keeping = request("/keep?$kept");
my ($memory) = json_from($server, 'memory', 2);
my ($grown) = sort { $b->{growth} <=> $a->{growth} } grep { $_->{file} =~ /operated\.py$/ } map { @{ $_->{traced} } } map { @{ $_->{memory} } } @$memory;
cmp_ok $grown->{growth} // 0, '>', 100_000, 'memory names the line that takes it';
write_file($kept, '');
answer_from($keeping, 20);

# tracemalloc belongs to the process.
my @names;
until_true { # a child that ends or begins meanwhile tells nothing
    @names = map { my $child = $_; join ' ', sort map { $_->{interpreter} } @{ $child->{memory} // [] } } @{ (json_from($server, 'memory', 1))[0] };
    "@names" eq join(' ', ('main shop') x $server->child_pids);
};
is "@names", join(' ', ('main shop') x $server->child_pids), 'all interpreters of a child trace at the same time';
my @sockets = glob "$directory/*.socket";
for my $seconds ('-5', '-9223372036854775808') {
    my $answer = decode_json(asked($sockets[0], "memory $seconds"));
    is "@{ $answer->{silent} }", '', "memory $seconds is that of a moment";
    is scalar(@{ $answer->{memory} }), 2, '… which is told';
}
is GET_BODY($server->url("/crowded?$directory")), "waits {\n", 'no thread spins while no file can be opened, and the socket answers later';

# Nobody else may look, not even where the directory lets them in.
SKIP: {
    skip 'only root can be somebody else', 3 if $>;
    is sprintf('%o', (stat $directory)[2] & 07777), '700', 'nobody else may enter the directory';
    is as_somebody_else(), 'refused', '… nor use a socket';
    chmod 0777, $directory, glob "$directory/*.socket";
    is as_somebody_else(), 'hung up', '… nor get an answer';
    chmod 0700, $directory;
}
$server->stop;
ok !-e $directory, 'the sockets go with the server';
unlike $server->error_log, qr/exit signal (?!Term)/, 'no child has crashed';

symlink '/tmp', $directory or die $!;
my ($status, $output) = starts($server);
isnt $status, 0, 'a link in the place of the directory: the server does not start';
like $output, qr/PyHookControl: the directory \S+pyhook can't be made for the server's user alone/, '… and says why';

sub request {
    my ($path) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $@";
    print $socket "GET $path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    $socket->flush;
    return $socket;
}

sub asked {
    my ($path, $question) = @_;
    my $socket = IO::Socket::UNIX->new(Peer => $path) or die "$path: $!";
    print $socket "$question\n";
    $socket->flush;
    return scalar <$socket> // '{}';
}

sub as_somebody_else {
    my ($path) = glob "$directory/*.socket";
    my $pid = open(my $output, '-|') // die $!;
    if (!$pid) {
        $> = 1;
        my $socket = IO::Socket::UNIX->new(Peer => $path) or do { print 'refused'; POSIX::_exit(0) };
        print $socket "ps\n";
        $socket->flush;
        print defined(scalar <$socket>) ? 'answered' : 'hung up';
        STDOUT->flush;
        POSIX::_exit(0);
    }
    local $/;
    return <$output> // '';
}

sub starts {
    my ($server) = @_;
    open my $output, '-|', $server->command('-DFOREGROUND', '-E', '/dev/stderr') or die $!;
    my $printed = do { local $/; <$output> // '' };
    close $output;
    return ($? >> 8, $printed . $server->error_log);
}

sub slurp {
    my ($path) = @_;
    open my $file, '<', $path or return '';
    local $/;
    return <$file>;
}
