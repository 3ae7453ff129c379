# PyHookShared: one dictionary for all children, its values, its limits, its misuse, and what survives what.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use LWP::UserAgent;
use URI::Escape qw(uri_escape_utf8);
use PyHook::SharedDict;
use PyHook::Test;

sub ask {
    my ($server, $question) = @_;
    my $path = '/ask?' . uri_escape_utf8($question);
    return GET_BODY($server ? $server->url($path) : "/shared$path");
}

# How much of a process's memory is in shared mappings of at least so many MB.
sub resident_kb {
    my ($pid, $megabytes) = @_;
    no warnings 'portable'; # addresses have 64 bits
    my ($sum, $size) = (0, 0);
    open my $maps, '<', "/proc/$pid/smaps" or die "smaps of $pid: $!";
    while (<$maps>) {
        if (/^([0-9a-f]+)-([0-9a-f]+) ...(.)/) { $size = $3 eq 's' ? hex($2) - hex($1) : 0 }
        elsif (/^Rss: +(\d+)/ && $size >= $megabytes << 20) { $sum += $1 }
    }
    return $sum;
}

my @of_memory = (
    ["d.set('huge', b'x' * 100000)",                       qr/^SharedFull: no room for 'huge': the shared dictionary 'counts' of 65536 bytes is full/],
    ["d.name, d.size, 0 < d.free < d.size",                "('counts', 65536, True)"],
);

plan tests => @answers + @of_memory + 29;

for (@of_memory, @answers) {
    my ($question, $answer) = @$_;
    my $got = ask('', $question);
    ref $answer ? like($got, $answer, $question) : is($got, $answer, $question);
}

my @refused = (
    ['PyHookShared a',                        qr/PyHookShared: write PyHookShared NAME SIZE, or PyHookShared NAME redis:/],
    ['PyHookShared a much',                   qr/PyHookShared: 'much' is no size: write 64K or 10M, from 4K to 4096M/],
    ['PyHookShared a 1K',                     qr/'1K' is no size/],
    ['PyHookShared a 9999999999999M',         qr/'9999999999999M' is no size/],
    ['PyHookShared a -64K',                   qr/'-64K' is no size/],
    ["PyHookShared a 8K\nPyHookShared a 16K", qr/there is a dictionary 'a' already/],
    ["<VirtualHost *:1>\nPyHookShared a 8K\n</VirtualHost>", qr/PyHookShared: not allowed in <VirtualHost>/],
);
for (@refused) {
    my ($conf, $message) = @$_;
    my ($status, $output) = config_test($conf);
    like $status ? $output : 'accepted', $message, "refused: $conf";
}

my $conf = <<'END';
PyHookShared counts 64K
PyHookShared small 52K
<Location /count>
    PyHookHandler shared:count
</Location>
<Location /fill>
    PyHookHandler shared:fill
</Location>
<Location /races>
    PyHookHandler shared:races
</Location>
<Location /die>
    PyHookHandler shared:die
</Location>
<Location /ask>
    PyHookHandler shared:ask
</Location>
END
my $server = PyHook::Server->new(conf => $conf, children => 2)->start;

like GET_BODY($server->url('/fill')), qr/^True True True b'y' no room for 'key-\d+'/, 'it is full when it says so, and loses nothing';

my (%pids, $calls);
until_true {
    ($calls, my $pid) = split ' ', GET_BODY($server->url('/count'));
    $pids{$pid} = 1;
    return keys %pids > 1 && $calls >= 20;
};
cmp_ok scalar(keys %pids), '>', 1, 'several children took part';
is $calls, ask($server, "d['calls']"), 'and counted together';

my @running = map { my $pid = fork // die "fork: $!"; $pid or do { GET_BODY($server->url('/races')); POSIX::_exit(0) } } 1 .. 2;
waitpid $_, 0 for @running;
is ask($server, "d['race']"), 8000, 'no addition is lost between threads and children';

my $before = ask($server, "d['calls']");
$server->graceful;
is ask($server, "d['calls']"), $before, 'what it holds outlives a graceful restart';
$server->restart;
is ask($server, "d['calls']"), $before, 'and a restart';

GET $server->url('/die');
is ask($server, 'small.set("k",1),small["k"]'), '(None, 1)', 'a child that dies with the lock held blocks nobody';
is ask($server, 'len(small)'), 1, 'the dictionary it died in begins anew';
like $server->error_log, qr/PYHOOK0031: a process died while it changed the shared dictionary 'small', which begins anew empty/,
    'and the log says so';
is ask($server, "d['calls']"), $before, 'the other one keeps what it has';

$server->{conf} = $conf =~ s/64K/128K/r;
$server->write_configuration;
GET_BODY $server->url('/count');
$server->graceful;
is ask($server, 'd.size,d.get("calls")'), '(131072, None)', 'one of a new size begins empty';

$server->{conf} = <<'END' . $conf;
PyHookShared large 16M
PyHookShared empty 512M
PyHookErrorLog shared:note
<Location /chains>
    PyHookHandler shared:chains
</Location>
<Location /full>
    PyHookHandler shared:full
</Location>
<Location /expired>
    PyHookHandler shared:expired
</Location>
END
$server->write_configuration;
$server->restart;
cmp_ok resident_kb($server->{pid}, 512), '<', 1024, 'an empty dictionary of 512 MB takes less than 1 MB';
like GET_BODY($server->url('/expired')), qr/^True True True True 50$/, 'what has expired makes room, and nothing else';

my ($keys, $times) = split ' ', GET_BODY $server->url('/chains');
is $keys, 4096, 'keys that collide in a hash without a secret';
cmp_ok $times, '<', 10, 'are found as quickly as others';
my @times = split ' ', GET_BODY $server->url('/full');
for my $operation ('a set that finds no room', 'len', 'free', 'clear') {
    cmp_ok shift @times, '<', 100, "$operation: its work does not grow with the dictionary";
}

my $agent = LWP::UserAgent->new(timeout => 20);
$agent->get($server->url('/die'));
my $answer = $agent->get($server->url('/ask?' . uri_escape_utf8('small.set("k",1),small["k"],small["losses"]')));
is $answer->decoded_content, '(None, 1, 1)', 'who is told of a dead holder may use the dictionary, and so may all others';
is $agent->get($server->url('/ask?' . uri_escape_utf8('small.incr("k")')))->decoded_content, 2, 'afterwards too';
is scalar(() = $server->error_log =~ /PYHOOK0031/g), 2, 'the loss is logged once';
