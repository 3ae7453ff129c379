# Three machines behind an httpd, as conf/examples/balancer.conf has it: one is killed, one cut off, one slow, and all of
# them get a new release. No request that may be repeated is lost, and sessions stay.
use strict;
use warnings;

use PyHook::Machines;
BEGIN { $main::without_machines = PyHook::Machines::enter() }

use Apache::Test qw(-withtestmore);
use LWP::UserAgent;
use PyHook::Config qw(module_line new_directory top);
use PyHook::Example;
use PyHook::Server;
use PyHook::Test;

plan $main::without_machines ? (skip_all => $main::without_machines) : (tests => 37);

my @names = qw(one two three);
my $place = new_directory('machines');
my %machine = map { $names[$_] => PyHook::Machines->new($_ + 1) } 0 .. 2;

sub touch { PyHook::Test::write_file("$place/$_[0]", '') }

sub release {
    my ($name, $release) = @_;
    $machine{$name}->serve(<<"CONF");
PyHookSetEnv MACHINE $name
PyHookSetEnv MACHINE_PLACE $place
PyHookSetEnv MACHINE_RELEASE $release
PyHookHandler machine:page
<Location "/health">
    SetHandler pyhook-health
</Location>
PyHookDrain $place/drain-$name
CONF
}
release($_, 'first') for @names;

my $example = PyHook::Example::read_file(top() . '/conf/examples/balancer.conf');
$example =~ s/192\.0\.2\.1(\d):80/10.77.$1.2:8000/g;
$example =~ s/timeout=30 retry=5/timeout=4 retry=1/;
$example =~ s/hcinterval=1/hcinterval=200ms/;
my $front = PyHook::Server->new(conf => module_line('proxy_hcheck') . $example)->start;

sub ask {
    my ($path, %how) = @_;
    my $browser = LWP::UserAgent->new(timeout => 60);
    my $method = $how{method} // 'get';
    return $browser->$method(($how{server} // $front)->url($path), map { $_ => $how{$_} } grep { /^[A-Z]/ } keys %how);
}
sub host_of { ($_[0]->content =~ /^(\w+)/)[0] // '' }

# The front's own view of a machine.
sub state_of {
    my ($name) = @_;
    my $page = ask('/balancer-manager')->content;
    return ($page =~ m{<td>$name</td>(?:(?!</tr>).)*?<td>((?:Init|Ok|Err|HcFl)[^<]*)</td>}s)[0] // "unknown: $page";
}

sub is_ready_again {
    my ($name) = @_;
    return until_true(sub { host_of(ask('/', Cookie => "ROUTE=.$name")) eq $name });
}

# In the middle of a request that the machine holds: does this, and gives the answer to the request.
sub while_held {
    my ($name, $method, $event) = @_;
    unlink "$place/visits-$name", "$place/go-$name";
    pipe my $from, my $to or die "pipe: $!";
    my $client = fork // die "fork: $!";
    if (!$client) {
        my $answer = ask("/hold/$name?a%20b=1", method => $method, Cookie => "ROUTE=.$name");
        syswrite $to, $answer->code . ' ' . $answer->content;
        POSIX::_exit(0);
    }
    close $to;
    until_true(sub { -s "$place/visits-$name" });
    $event->();
    my $said = do { local $/; <$from> };
    waitpid $client, 0;
    touch("go-$name");
    return $said;
}

# All are used; a session stays.
my %seen;
ok until_true(sub { $seen{ host_of(ask('/')) } = 1; keys %seen == 3 }), 'all machines get requests';
my $first = ask('/');
my ($route) = ($first->header('Set-Cookie') // '') =~ /^ROUTE=\.(\w+);/;
is $route, host_of($first), 'the cookie names the machine';
is_deeply [map { host_of(ask('/', Cookie => "ROUTE=.$route")) } 1 .. 6], [($route) x 6], '… at which the client stays';
is ask('/', Cookie => "ROUTE=.$route")->header('Set-Cookie'), undef, '… and then gets no other';

# Killed.
like while_held('one', 'get', sub { $machine{one}->kill_server }), qr/^200 (?:two|three) first a%20b=1$/,
    'a machine is killed: another one gets its request, with the query';
is_deeply [map { ask('/', Cookie => 'ROUTE=.one')->code } 1 .. 6], [(200) x 6], '… and those of its sessions';
like ask('/', Cookie => 'ROUTE=.one')->header('Set-Cookie'), qr/^ROUTE=\.(?:two|three);/, '… which move';
release('one', 'first');
ok is_ready_again('one'), '… and it gets requests when it is back';

like while_held('one', 'post', sub { $machine{one}->kill_server }), qr/^502 /, 'what may change something is not repeated';
is PyHook::Example::read_file("$place/visits-one"), "POST\n", '… nor was it';
release('one', 'first');
ok is_ready_again('one'), '… and the machine is back';

# Cut off.
like while_held('two', 'get', sub { $machine{two}->cut_off }), qr/^200 (?:one|three) first/, 'a machine is cut off: another one gets its request';
is_deeply [map { ask('/', Cookie => 'ROUTE=.two')->code } 1 .. 6], [(200) x 6], '… and those of its sessions';
ok until_true(sub { state_of('two') =~ /HcFl|Err/ }), '… and it is known to be away' or diag state_of('two');
$machine{two}->join;
ok is_ready_again('two'), '… and it gets requests when it is back';

# Slow.
like while_held('three', 'get', sub { }), qr/^200 (?:one|two) first/, 'a machine is silent for too long: another one gets the request';
ok is_ready_again('three'), '… and it goes on with others';

# A new release for one machine after the other, with clients.
pipe my $results, my $to or die "pipe: $!";
my $clients = fork // die "fork: $!";
if (!$clients) {
    my %count;
    until (-e "$place/enough" && $count{second}) {
        my $answer = ask('/');
        $count{ $answer->code == 200 ? ($answer->content =~ /^\w+ (\w+)/)[0] : 'lost ' . $answer->status_line }++;
    }
    syswrite $to, join ' ', map { "$_=$count{$_}" } sort keys %count;
    POSIX::_exit(0);
}
close $to;
for my $name (@names) {
    touch("drain-$name");
    ok until_true(sub { state_of($name) =~ /HcFl/ }), "$name drains";
    my $sessions = ask('/', Cookie => "ROUTE=.$name");
    isnt host_of($sessions), $name, '… and gets no more requests';
    my $health = "http://@{[$machine{$name}->address]}:8000/health";
    ok until_true(sub { LWP::UserAgent->new->get($health)->content =~ /"requests": 0\}/ }), '… until it serves none';
    $machine{$name}{server}->stop;
    release($name, 'second');
    unlink "$place/drain-$name";
    ok is_ready_again($name), '… and is back';
    like ask('/', Cookie => "ROUTE=.$name")->content, qr/^$name second /, '… with the new release';
}
touch('enough');
my $counted = do { local $/; <$results> };
waitpid $clients, 0;
like $counted, qr/first=\d+ second=\d+/, 'clients saw both releases';
unlike $counted, qr/lost/, '… and lost no request';

# Sessions that Python places.
my $other = PyHook::Server->new(conf => module_line('proxy_hcheck') . <<'CONF')->start;
PyHookSetEnv MACHINE front
PyHookSetEnv MACHINE_PLACE /
PyHookSetEnv MACHINE_RELEASE none
PyHookBalancerMethod by-session machine:by_session
ProxyHCTemplate ready hcmethod=GET hcuri=/health hcinterval=200ms
<Proxy "balancer://shop">
    BalancerMember "http://10.77.1.2:8000" route=one hctemplate=ready connectiontimeout=1 retry=1
    BalancerMember "http://10.77.2.2:8000" route=two hctemplate=ready connectiontimeout=1 retry=1
    BalancerMember "http://10.77.3.2:8000" route=three hctemplate=ready connectiontimeout=1 retry=1
    ProxySet lbmethod=by-session
</Proxy>
ProxyPass "/" "balancer://shop/"
CONF
is_deeply [map { host_of(ask('/', server => $other, Session => 'two')) } 1 .. 4], [('two') x 4], 'PyHookBalancerMethod: a session stays';
$machine{two}->kill_server;
is_deeply [map { ask('/', server => $other, Session => 'two')->code } 1 .. 4], [(200) x 4], '… until its machine is gone';
release('two', 'second');
ok until_true(sub { host_of(ask('/', server => $other, Session => 'two')) eq 'two' }), '… and when it is back';
