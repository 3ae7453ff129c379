# Machines of a test: network namespaces, each with an httpd, which a process without privileges may make inside a user
# namespace. The kernel removes them with their last process, however the test ends.
package PyHook::Machines;

use strict;
use warnings;

use IO::Socket::INET;
use POSIX ();

use PyHook::Server;

my $inside = 'PYHOOK_MACHINES';

# Runs the calling test again, alone in a network. Returns there. Otherwise the reason why there are no machines.
sub enter {
    return if $ENV{$inside};
    my @missing = grep { my $tool = $_; !grep { -x "$_/$tool" } split(/:/, $ENV{PATH}), '/usr/sbin', '/sbin' } qw(unshare nsenter setpriv ip);
    return "there is no command @missing, of util-linux and iproute2" if @missing;
    my @alone = qw(unshare --user --map-current-user --keep-caps --net);
    local $ENV{PATH} = "$ENV{PATH}:/usr/sbin:/sbin";
    my $said = `@alone sh -c 'ip link set lo up && ip link add one type veth peer name other' 2>&1`;
    return "this system lets nobody make network namespaces: $said" =~ s/\s+/ /gr if $?;
    $ENV{$inside} = 1;
    exec @alone, $^X, $0 or return "$alone[0]: $!";
}

# Machine `number` of the network: its address is 10.77.NUMBER.2, and the test is 10.77.NUMBER.1 for it.
sub new {
    my ($class, $number) = @_;
    _run(qw(ip link set lo up));
    my $self = bless {number => $number, owner => $$, keeper => fork // die "fork: $!"}, $class;
    exec qw(setpriv --pdeathsig KILL unshare --net sleep infinity) or POSIX::_exit(127) unless $self->{keeper};
    my $network = readlink '/proc/self/ns/net';
    my $deadline = time + 20;
    until ((readlink "/proc/$self->{keeper}/ns/net" // $network) ne $network) {
        die 'no network namespace' if time > $deadline;
        select undef, undef, undef, 0.02;
    }
    _run(qw(ip link add), "to$number", qw(type veth peer name back netns), $self->{keeper});
    _run(qw(ip addr add), "10.77.$number.1/24", 'dev', "to$number");
    _run(qw(ip link set), "to$number", 'up');
    $self->run(qw(ip link set lo up));
    $self->run(qw(ip addr add), $self->address . '/24', qw(dev back));
    $self->run(qw(ip link set back up));
    return $self;
}

sub address { "10.77.$_[0]{number}.2" }

# The words before a command that is to run on the machine.
sub on { ('nsenter', "--net=/proc/$_[0]{keeper}/ns/net") }
sub run { my ($self, @command) = @_; _run($self->on, @command) }

# From now on nothing comes back from the machine: whoever asks waits. `join` ends this.
sub cut_off { $_[0]->run(qw(ip route add blackhole), "10.77.$_[0]{number}.1/32") }
sub join    { $_[0]->run(qw(ip route del blackhole), "10.77.$_[0]{number}.1/32") }

# An httpd there, which listens on port 8000.
sub serve {
    my ($self, $conf) = @_;
    $self->{server} = PyHook::Server->new(conf => 'Listen ' . $self->address . ":8000\n$conf", under => [$self->on])->start;
    return $self->{server};
}

# The processes of its httpd end in the middle of what they do.
sub kill_server {
    my ($self) = @_;
    my $pid = delete $self->{server}{pid};
    kill KILL => -$pid;
    waitpid $pid, 0;
    my $deadline = time + 20; # its children end at the same time, but not at once
    while (IO::Socket::INET->new(PeerAddr => $self->address, PeerPort => 8000)) {
        die 'it still accepts connections' if time > $deadline;
        select undef, undef, undef, 0.02;
    }
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $@);
    return unless $self->{owner} == $$;
    delete $self->{server};
    kill KILL => $self->{keeper};
    waitpid $self->{keeper}, 0;
}

sub _run {
    my (@command) = @_;
    system(@command) == 0 or die "@command: failed\n";
}

1;
