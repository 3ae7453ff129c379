# PyHookShared with a Redis server: the same answers as from memory, two machines, and a server that is killed, paused,
# locked, or hostile.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY);
use IO::Socket::INET;
use POSIX ();
use URI::Escape qw(uri_escape_utf8);
use PyHook::Config qw(new_directory);
use PyHook::Ports qw(claim_ports);
use PyHook::SharedDict;
use PyHook::Test;

my $binary = (grep { -x } qw(/usr/bin/redis-server /usr/bin/redis-check-rdb))[0];
plan skip_all => 'there is no redis-server of the package redis-tools' unless $binary;

my $place    = new_directory('redis');
my $port     = claim_ports();
my $password = 'open%sesame';
my ($redis, $hostile);
END { kill KILL => grep { $_ } $redis, $hostile }

# One program of Redis is the server if it is called so.
sub start_redis {
    $redis = fork // die "fork: $!";
    if (!$redis) {
        open STDOUT, '>>', "$place/redis.log";
        open STDERR, '>&', \*STDOUT;
        exec { $binary } 'redis-server', '--bind', '127.0.0.1', '--port', $port, '--dir', $place, '--requirepass', $password, '--save', '',
            '--appendonly', 'no'
            or POSIX::_exit(127);
    }
    return until_true(sub { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) });
}

sub end_redis {
    kill KILL => $redis;
    waitpid $redis, 0;
    undef $redis;
}

# What a hostile server answers: the number is that of the dictionary. It then says nothing more, and does not close.
my @hostile = (
    ["garbage\r\n",                            'it has sent what is no RESP'],
    ["\$99999999999999\r\n",                   'it has announced too much'],
    ["\$-7\r\n",                               'it has announced less than nothing'],
    ["\$67000000\r\nonly this",                'it does not answer in time'],
    ["*1000000000\r\n",                        'it has announced too much'],
    ["*2\r\n*60000\r\n" . "*-1\r\n" x 60000 . "*60000\r\n", 'it has announced too much'],
    ["*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",         'it has sent lists that are too deep'],
    [":12x\r\n",                               'it has sent a number that is none'],
    ['+' . 'x' x 20000,                        'it has sent a line without end'],
    ["\$3\r\nbabcdef\r\n",                     'it has sent a text that is longer than it said'],
    [":5\r\n",                                 'it has given an answer to another question'],
    ["-SECRET open sesame\r\n",                'it answers the error SECRET'],
    ["-open sesame\r\n",                       'it answers the error that has no code'],
    ['',                                       'it does not answer in time'],
);
my $hostile_port = claim_ports();

sub start_hostile {
    my $listening = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $hostile_port, Listen => 20) or die "listen: $!";
    $hostile = fork // die "fork: $!";
    return if $hostile;
    my @open;
    while (my $client = $listening->accept) {
        push @open, $client;
        sysread $client, my $command, 4096;
        my ($number) = $command =~ /h(\d+):/;
        syswrite $client, $command =~ /AUTH/ ? "-ERR wrong password open%sesame\r\n" : $hostile[$number // 0][0];
    }
    POSIX::_exit(0);
}
start_hostile();

my $url  = "redis://:open%25sesame\@127.0.0.1:$port/3";
my $conf = "PyHookShared counts $url timeout=20\n" . <<"CONF" . join '', map { "PyHookShared h$_ redis://127.0.0.1:$hostile_port timeout=3\n" } 0 .. $#hostile;
PyHookShared quick $url prefix=counts: timeout=0.3
PyHookShared wrong redis://:no\@127.0.0.1:$port
PyHookShared open redis://127.0.0.1:$port
PyHookShared echo redis://:open%25sesame\@127.0.0.1:$hostile_port timeout=20
PyHookShared lost redis://no-such-host.invalid:1
PyHookShared local 64K
<Location /ask>
    PyHookHandler redis:ask
</Location>
<Location /fork>
    PyHookHandler redis:fork
</Location>
<Location /count>
    PyHookHandler redis:count
</Location>
<Location /door>
    PyHookAccessChecker redis:guard
    PyHookHandler redis:open_door
</Location>
CONF

my @refused = (
    ['counts redis://',                        qr/PyHookShared: the URL is none of a Redis server/],
    ['counts redis:///0',                      qr/the URL is none of a Redis server/],
    ['counts memcached://:open@h',             qr/the URL is none of a Redis server/],
    ['counts rediss://:open@h',                qr/TLS is not there: let a proxy like stunnel speak it/],
    ['counts redis://:open@h:0',               qr/the port of the URL is none: write 1 to 65535/],
    ['counts redis://:open@h:70000',           qr/the port of the URL is none|the URL is none/],
    ['counts redis://:open@h/shop',            qr/the database of the URL is none: write a number, 0 to 9999/],
    ['counts redis://:open@h/1?a=b',           qr/the URL is none of a Redis server/],
    ['counts redis://open@h',                  qr/the URL has a user and no password: write USER:PASSWORD@/],
    ['counts redis://:open%zz@h',              qr/the user or the password of the URL is wrong/],
    ['counts redis://h timeout=0',             qr/'timeout=0' is no time: write seconds, 0.001 to 60/],
    ['counts redis://h size=5',                qr/'size=5' is unknown: after a URL may come prefix=TEXT and timeout=SECONDS/],
    ['counts 64K timeout=1',                   qr/'timeout=1' is too much: write PyHookShared NAME SIZE/],
    ["counts redis://h\nPyHookShared counts 64K", qr/there is a dictionary 'counts' already/],
);

plan tests => @answers + @hostile + 2 * @refused + 47;

for (@refused) {
    my ($line, $message) = @$_;
    my ($status, $output) = config_test("PyHookShared $line\n");
    like $status ? $output : 'accepted', $message, "refused: $line";
    unlike $output =~ s/write \S+//gr, qr/open@|:open/, '… without its password';
}

ok start_redis(), 'redis-server runs';
my $server = PyHook::Server->new(children => 2, conf => $conf)->start;

sub ask {
    my ($question, $name, $where) = @_;
    return GET_BODY(($where // $server)->url('/ask/' . ($name // 'counts') . '?' . uri_escape_utf8($question)));
}

# The same answers as from memory.
for (@answers) {
    my ($question, $answer) = @$_;
    my $got = ask($question);
    ref $answer ? like($got, $answer, $question) : is($got, $answer, $question);
}
is ask('d.name, d.size, d.free, repr(d)'), "('counts', None, None, '<SharedDict counts of several machines>')", 'its memory is elsewhere';
is ask("d.set('short', 1, ttl=0.001)"), 'None', 'an entry with a short life';
ok until_true(sub { ask("'short' in d") eq 'False' }), '… ends';
is ask("d.incr('sum', 2**62, init=2**62 - 1)"), '9223372036854775807', 'a sum of 64 bits is exact';
is ask("d.incr('over', 1, init=2**63 - 1)"), "OverflowError: 'over' would leave the range of 64 bits", '… and goes no further';
is ask("'over' in d"), 'False', '… nor leaves an entry';
is ask("d.set('*[x]', 1), d.keys()"), q((None, ['*[x]', 'sum'])), 'keys of any letters';
is ask("[d.set(f'k{n}', n) for n in range(2000)], len(d)") =~ /, 2002\)$/, 1, 'many keys';
is ask('d.clear(), len(d)'), '(None, 0)', '… are cleared';

# Two machines.
my $second = PyHook::Server->new(children => 2, conf => $conf)->start;
my @clients = map {
    my $machine = $_;
    my $pid = fork // die "fork: $!";
    if (!$pid) { GET($machine->url('/count')) for 1 .. 100; POSIX::_exit(0) }
    $pid;
} $server, $second, $server, $second;
waitpid $_, 0 for @clients;
is ask("d['calls']"), '400', 'two machines count together';
is ask("d.ttl('calls') > 3000"), 'True', '… with the time of the first';
is ask("d.add('once', 1)") . ask("d.add('once', 1)", 'counts', $second), 'TrueFalse', 'one of them is first';
$second->stop;
$server->restart;
is ask("d['calls']"), '400', 'a restart of httpd changes nothing';

# Refused.
is ask("d.get('x')", 'wrong'), "SharedAway: the server of the shared dictionary 'wrong' can't be asked: it refuses the password", 'a wrong password';
is ask("d.get('x')", 'open'), "SharedAway: the server of the shared dictionary 'open' can't be asked: it answers the error NOAUTH", 'no password';
is ask("d.get('x')", 'echo'), "SharedAway: the server of the shared dictionary 'echo' can't be asked: it refuses the password", 'a server that repeats a password';
is ask("d.get('x')", 'lost'), "SharedAway: the server of the shared dictionary 'lost' can't be asked: httpd found no address for its name", 'a name without an address';
is ask('isinstance(pyhook.SharedAway(), ConnectionError)'), 'True', 'SharedAway is a ConnectionError';

is GET_BODY($server->url('/fork')), "the server of the shared dictionary 'counts' can't be asked: a forked process has no connection to it",
    'a forked process gets no connection';

# Large values: what could not be read is not written, and what another program has written shuts out nobody.
is ask("d.set('large', b'x' * 67108800)"), "SharedFull: an entry of the shared dictionary 'counts' has at most 67108799 bytes", 'a value that is too large';
is ask("d.set('large', b'x' * 67108799), len(d['large']), d.delete('large')"), '(None, 67108799, True)', '… and the largest';
redis_cli('SETRANGE', 'counts:huge', 70_000_000, 'x');
is_deeply { map { ask("d.get('huge')") => 1 } 1 .. 12 },
    { "SharedAway: the server of the shared dictionary 'counts' can't be asked: it has announced too much" => 1 }, 'a huge value of another program';
is ask("d['calls']"), '400', '… while other keys are read';
redis_cli('DEL', 'counts:huge');

# Entries of other programs, and memory that is used up.
sub redis_cli {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die "connect: $!";
    my @replies;
    for my $words (['AUTH', $password], ['SELECT', 3], [@_]) {
        print $socket '*' . @$words . "\r\n", map { '$' . length($_) . "\r\n$_\r\n" } @$words;
        push @replies, scalar <$socket>;
    }
    return $replies[-1];
}
redis_cli('LPUSH', 'counts:list', 'a');
is ask("d.get('list')"), "TypeError: another program has written an entry of the shared dictionary 'counts'", 'a list of another program';
redis_cli('SET', 'counts:text', 'hello');
is ask("d.get('text')"), "TypeError: another program has written 'text' of the shared dictionary 'counts'", 'a text of another program';
redis_cli('CONFIG', 'SET', 'maxmemory', '1');
is ask("d.set('full', 1)"), "SharedFull: the server of the shared dictionary 'counts' is full", 'a server that is full';
redis_cli('CONFIG', 'SET', 'maxmemory', '0');

# Hostile.
my @children = sort $server->child_pids;
for my $number (0 .. $#hostile) {
    is ask("d.get('x')", "h$number"), "SharedAway: the server of the shared dictionary 'h$number' can't be asked: $hostile[$number][1]",
        'hostile: ' . substr($hostile[$number][0], 0, 40) =~ s/\r\n/ /gr;
}
is_deeply [sort $server->child_pids], \@children, 'hostile answers harm no child';
is ask("d.set('x', 1), d['x']", 'local') . ask("d['calls']"), '(None, 1)400', '… and no other dictionary';

# Killed.
is GET_BODY($server->url('/door')), "inside\n", 'a guard asks';
end_redis();
like ask("d.get('calls')"), qr/^SharedAway: the server of the shared dictionary 'counts' can't be asked: /, 'the server is killed';
is GET($server->url('/door'))->code, 500, '… and a guard lets nobody in';
ok until_true(sub { ask("d.get('calls')") eq "SharedAway: the server of the shared dictionary 'counts' can't be asked: it was away a moment ago, and is not asked yet" }),
    'after some failures it is not asked for a while';
ok start_redis(), 'it is started again';
ok until_true(sub { ask("d.get('calls', 'empty')") eq "'empty'" }), '… and used again';
ok until_true(sub { GET_BODY($server->url('/door')) eq "inside\n" }), '… also by the guard';
# The child that has told of its end may be asked later than the other one.
ok until_true(sub { ask("d.get('calls')"); $server->error_log =~ /PYHOOK0033: the server of the shared dictionary 'counts' answers again/ }),
    '… and the log tells that it is back';

# A server that was restarted between two calls is asked anew: no call fails. The children are new, since one that was not
# asked meanwhile may still hold the server for away.
$server->restart;
push @children, $server->child_pids;
ask("d.get('calls')") for 1 .. 20;
end_redis();
start_redis();
my %said = map { ask("d.get('calls', 'empty')") => 1 } 1 .. 20;
is_deeply \%said, {"'empty'" => 1}, 'a server that was restarted between two calls is asked anew';

# Paused.
kill STOP => $redis;
is ask("d.get('x')", 'quick'), "SharedAway: the server of the shared dictionary 'quick' can't be asked: it does not answer in time", 'the server is paused';
ok until_true(sub { ask("d.get('x')", 'quick') =~ /is not asked yet/ }), '… and soon not asked any more';
is ask("d['x']", 'local'), '1', '… while others work';
kill CONT => $redis;
ok until_true(sub { ask("d.get('x', 'none')", 'quick') eq "'none'" }), '… and used again when it goes on';

my $log = $server->error_log;
like $log, qr/PYHOOK0033: the server of the shared dictionary 'counts' can't be asked: /, 'the log tells that it is away';
my @told = $log =~ /PYHOOK0033: the server of the shared dictionary 'counts' can't be asked/g;
cmp_ok scalar @told, '<=', 2 * @children, '… once for each child and each change';
like $log, qr/PYHOOK0033: the server of the shared dictionary 'lost' has no address/, '… and of a name without an address';
unlike $log, qr/open%sesame|open%25sesame|open sesame/, 'no password, and no text of a server, is logged';
unlike $log, qr/exit signal/, 'nothing crashed';
