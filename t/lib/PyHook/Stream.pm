# An event stream, as a browser's EventSource reads it: chunk by chunk.
#
#   my $stream = open_stream($server, '/events');
#   $stream->next_event;   # "data: now"
#   $stream->ends;         # has the server ended it, whole?
package PyHook::Stream;

use strict;
use warnings;

use Exporter 'import';
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time);

use PyHook::Config qw(patience);

our @EXPORT_OK = qw(open_stream);

sub open_stream {
    my ($server, $path) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die "connect: $@";
    print $socket "GET $path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    return bless { socket => $socket, text => '' }, __PACKAGE__;
}

# Returns the first event that has come since the last call.
sub next_event {
    my ($self) = @_;
    my $event = '';
    $self->_read_until(sub { $self->{text} =~ s/.*?^(\w+: [^\n]*)\n\n//ms and $event = $1 });
    return $event;
}

# Does it end now, with the last chunk?
sub ends {
    my ($self) = @_;
    $self->_read_until(sub { 0 });
    return $self->{closed} && $self->{text} =~ /\r\n0\r\n\r\n\z/;
}

sub _read_until {
    my ($self, $is_there) = @_;
    my $deadline = time + patience();
    my $select   = IO::Select->new($self->{socket});
    until ($is_there->()) {
        return 0 if $self->{closed} || !$select->can_read($deadline - time > 0 ? $deadline - time : 0);
        $self->{closed} = !sysread $self->{socket}, $self->{text}, 65_536, length $self->{text};
    }
    return 1;
}

1;
