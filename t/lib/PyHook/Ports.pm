# Ports for one run: parallel runs on one machine must not use the same ones.
package PyHook::Ports;

use strict;
use warnings;

use Exporter qw(import);
use IO::Socket::INET;

our @EXPORT_OK = qw(claim_ports);

# Below the range that the kernel gives to clients.
use constant { FIRST => 10_000, BLOCK => 64, BLOCKS => 340 };

# The process that listens on the first port of a block owns the block until it ends.
my @guards;

# Returns the first of 63 consecutive ports that no other test run will use.
sub claim_ports {
    my $start = int rand BLOCKS;
    for my $offset (0 .. BLOCKS - 1) {
        my $port = FIRST + BLOCK * (($start + $offset) % BLOCKS);
        my $guard = listen_on($port) or next;
        listen_on($port + 1) or next;
        push @guards, $guard;
        return $port + 1;
    }
    die "no free block of ports\n";
}

sub listen_on {
    my ($port) = @_;
    return IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 1);
}

1;
