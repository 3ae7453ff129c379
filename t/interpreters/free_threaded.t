# A Python without a GIL: clients use everything that threads share at the same time, and each gets its own answer.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use IO::Socket::INET;
use PyHook::Config qw(mpm);
use PyHook::Test;
use POSIX ();

my $has_no_gil = has_no_gil();
plan skip_all => 'mod_pyhook is linked with a Python that has a GIL' if !$has_no_gil;
plan skip_all => 'a child of prefork has one thread' if mpm() eq 'prefork';

use constant REQUESTS => $ENV{PYHOOK_UNDER} ? 100 : 2000;

# The answer of each path to client N.
my %expected = (
    hello    => 'hello N',
    headers  => 'X-Mine N',
    wsgi     => 'N N',
    pieces   => 'N N',
    filtered => 'HELLO N',
    guarded  => 'hello N',
    phases   => 'hello N',
    count    => qr/^\d+ N$/,
    named    => 'hello N',
);
my @paths = sort keys %expected;

plan tests => 2 * @paths + 5;

my $server = PyHook::Server->new(children => 1, conf => <<'CONF')->start;
ThreadsPerChild 32
MaxRequestWorkers 32
MaxKeepAliveRequests 0
PyHookShared counts 64k
PyHookInterpreter named
PyHookOutputFilter UPPER free_threaded:upper
PyHookAuthzProvider crowd free_threaded:group
PyHookWSGIAlias /wsgi free_threaded:app
PyHookWSGIAlias /pieces free_threaded:pieces
<LocationMatch /(hello|filtered|guarded|phases|named)>
    PyHookHandler free_threaded:hello
</LocationMatch>
<Location /gil>
    PyHookHandler free_threaded:gil
</Location>
<Location /headers>
    PyHookHandler free_threaded:headers
</Location>
<Location /filtered>
    SetOutputFilter UPPER
</Location>
<Location /guarded>
    PyHookAccessChecker free_threaded:access
    Require crowd everybody
</Location>
<Location /phases>
    PyHookHeaderParser free_threaded:note
    PyHookAccessChecker free_threaded:note
    PyHookTypeChecker free_threaded:note
    PyHookFixups free_threaded:note
    PyHookLogTransaction free_threaded:note
</Location>
<Location /count>
    PyHookHandler free_threaded:count
</Location>
<Location /named>
    PyHookRunIn named
</Location>
CONF

is GET_BODY($server->url('/gil')), 'False', 'the GIL is off';

# Two clients per path, and all paths at once.
my @clients = map { my $path = $_; map { start_client($path, $_) } 1, 2 } @paths;
is answers_of($_), REQUESTS . ' right', "/$_->{path}, client $_->{number}" for @clients;

is GET_BODY($server->url('/gil')), 'False', 'and nothing has switched it on';
is GET_BODY($server->url('/count?0')), 2 * REQUESTS + 1 . ' 0', 'every request was counted';
$server->stop;
unlike $server->error_log, qr/${\ crashed_or_late()}/, 'no child crashed or was late';
unlike $server->error_log, qr/PYHOOK00/, 'nor did anything else go wrong';

# One request after the other on a connection.
sub start_client {
    my ($path, $number) = @_;
    my $pid = open my $from, '-|';
    die "fork: $!" unless defined $pid;
    return { path => $path, number => $number, from => $from } if $pid;
    my ($socket, $right, $wrong) = (connection(), 0, '');
    for (1 .. REQUESTS) {
        my $answer = ask($socket, "/$path?$number", $number);
        if (is_expected($path, $number, $answer)) { $right++ }
        else                                      { $wrong ||= ", wrong: $answer" }
    }
    syswrite STDOUT, "$right right$wrong";
    POSIX::_exit(0);
}

sub is_expected {
    my ($path, $number, $answer) = @_;
    my $expected = $expected{$path} =~ s/N/$number/gr;
    return ref $expected{$path} ? $answer =~ /$expected/ : $answer eq $expected;
}

sub answers_of {
    my ($client) = @_;
    my $from = $client->{from};
    local $/;
    return <$from> // '';
}

sub connection {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port, Timeout => 20) or die "connect: $@";
    $socket->autoflush;
    return $socket;
}

# The body of an answer, of a known length or in chunks.
sub ask {
    my ($socket, $target, $mine) = @_;
    print $socket "GET $target HTTP/1.1\r\nHost: localhost\r\nX-Mine: $mine\r\n\r\n";
    my ($length, $body) = (undef, '');
    while (my $line = <$socket>) {
        $length = $1 if $line =~ /^Content-Length: (\d+)/;
        last if $line eq "\r\n";
    }
    return read_chunks($socket) unless defined $length;
    read $socket, $body, $length;
    return $body;
}

sub read_chunks {
    my ($socket) = @_;
    my $body = '';
    while (defined(my $line = <$socket>)) {
        my $size = hex $line =~ s/\s+//gr;
        read $socket, my $chunk, $size + 2;
        return $body if $size == 0;
        $body .= substr $chunk, 0, $size;
    }
    return "$body, cut off";
}
