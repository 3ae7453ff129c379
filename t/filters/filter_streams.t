# Streams: flushed data goes on at once and in order, a filter waits for a slow client, a client that leaves ends the
# filter, and a chunk that a filter keeps does not change.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use IO::Select;
use IO::Socket::INET;
use PyHook::Test;
use Time::HiRes qw(sleep time);

plan tests => 15;

my $at = '/filters/filter_streams';

sub connected {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => Apache::Test::vars('port'))
        or die "connect: $@";
    $socket->autoflush;
    return $socket;
}

# Reads until the pattern matches; returns nothing after the deadline.
sub until_it_says {
    my ($socket, $pattern) = @_;
    my ($text, $deadline) = ('', time + 20);
    my $select = IO::Select->new($socket);
    while ($text !~ $pattern) {
        return if time > $deadline;
        next unless $select->can_read(0.5);
        sysread $socket, $text, 65_536, length $text or return;
    }
    return $text;
}

sub counts { return { GET_BODY("$at/count") =~ /(\w+)=(\d+)/g } }

# Asks until the condition holds, or the deadline has passed.
sub counts_when {
    my ($right) = @_;
    my $deadline = time + 20;
    while (1) {
        my $counts = counts();
        return $counts if $right->($counts) || time > $deadline;
        sleep 0.05;
    }
}

# In step: the client sends nothing more before it has what was flushed.
for my $where (qw(endless chain)) {
    my $socket = connected();
    print $socket "POST $at/$where HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    ok until_it_says($socket, qr/BEGIN\n/), "$where: what is flushed comes while the handler waits";
    for my $number (1 .. 3) {
        print $socket "1\r\nx\r\n";
        my $said = until_it_says($socket, qr/PIECE \d+\n/);
        like $said, qr/PIECE $number\n/, "piece $number" if $number == 3 || !$said;
    }
    print $socket "0\r\n\r\n";
    like until_it_says($socket, qr/^0\r\n\r\n\z/m), qr/^0\r\n/m, 'and it ends';
}

# Several times: the last words of the script may come with its end, or before.
sub from_script {
    my ($mark) = @_;
    my $cgi = connected();
    print $cgi "GET ${at}_cgi?$mark HTTP/1.0\r\n\r\n";
    until_it_says($cgi, qr/READY\n/) or return 'nothing while the script goes on';
    open my $file, '>', $mark or die "$mark: $!";
    close $file;
    my $rest = until_it_says($cgi, qr/DONE\n/) // 'no rest';
    unlink $mark;
    return $rest;
}
is_deeply [map { from_script(Apache::Test::vars('t_logs') . "/filter_streams-$$-$_") } 1 .. 10], [("DONE\n") x 10],
    'what a CGI script says comes when it says it';

my $log = error_log_since {
    is GET_BODY('http://127.0.0.1:' . Apache::Test::config()->port('filterflushes')), 'ONE TWO THREE FOUR FIVE', 'a handler that flushes'
} qr/s-trace: type: EOS/;
my @types = $log =~ /s-trace: type: (\w+)/g;
is join(' ', @types) =~ s/\bTRANSIENT(?: TRANSIENT)*/data/gr, 'data FLUSH FLUSH data FLUSH data EOS', 'each flush stays where it was';

# A client that does not read, and then leaves.
my $before = counts();
my $slow = connected();
$slow->sockopt(SO_RCVBUF, 65_536);
print $slow "GET $at/long HTTP/1.1\r\nHost: x\r\n\r\n";
my $last = -1;
my $stalled = counts_when(sub { my $now = $_[0]{bytes} - $before->{bytes}; my $same = $now == $last; $last = $now; sleep 0.3; $same && $now > 0 });
cmp_ok $stalled->{bytes} - $before->{bytes}, '<', 16 * 1024 * 1024, 'a client that does not read holds the stream back';
is $stalled->{closed}, $before->{closed}, 'the filter waits';
close $slow;
my $after = counts_when(sub { $_[0]{closed} > $before->{closed} });
is $after->{closed} - $before->{closed}, 1, 'when the client has gone the filter is closed';
is $after->{finished}, $before->{finished}, 'without having finished';

# Chunks that a filter keeps: one connection, so that there is one process under prefork too.
my ($exit, $answer) = curl('-d', 'z' x 100_000, "$at/kept", '--next', '-sSi', "$at/read");
my ($good, $of) = $answer =~ /(\d+) of (\d+)$/;
is $good, $of, 'chunks that a filter keeps are what they were';
cmp_ok $of // 0, '>=', 512 + 1, 'all of them, of both directions';
