# Under HTTP/2 httpd ends a request on the thread of its connection, which then holds a lock. Nothing that a log
# callable or a cleanup asks of the request stops the other streams of the connection.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Config qw(mpm);
use PyHook::Test;

plan skip_all => 'mod_http2 needs a threaded MPM' if mpm() eq 'prefork';
plan tests => 6;

my $server = PyHook::Server->new(children => 1, conf => <<'END')->start;
Protocols h2c http/1.1
PyHookLogTransaction after_http2:log
<Location /types/after>
    PyHookHandler after_http2:answer
</Location>
<Location /types/release>
    PyHookHandler after_http2:release
</Location>
<Location /types/logged>
    PyHookHandler after_http2:what_was_logged
</Location>
<Location /types/names>
    PyHookHandler early:names
</Location>
END
my ($child) = $server->child_pids;
my @names = split /\n/, GET_BODY $server->url('/types/names');
for my $where (qw(log_transaction cleanup)) {
    my $lost;
    for my $name (@names) {
        next if goes_on("$where $name");
        $lost = $name; # a connection that hangs keeps its thread: the other tests would fail as well
        last;
    }
    is $lost, undef, "$where: the connection goes on";
}

# The second stream answers once the log callable of the first has begun; that one waits until the client has this
# answer.
open my $client, '-|', 'nghttp', map { $server->url("/types/after?$_") } qw(slow beside) or die "nghttp: $!";
my $answers = '';
while ($answers !~ /answered.*answered/s and sysread $client, my $piece, 4096) {
    $answers .= $piece;
}
is $answers, 'answeredanswered', 'both streams have their answer';
is GET_BODY($server->url('/types/release')), 'released', 'while the log callable still waits';
close $client;
my $logged = '';
for (1 .. 1000) {
    last if $logged = GET_BODY $server->url('/types/logged');
    select undef, undef, undef, 0.02;
}
is $logged, '200, 8 bytes, in log_transaction, released: True', 'it is called once, on a thread of its own, with what was sent';
is join(' ', $server->child_pids), $child, 'the child serves on';

sub goes_on {
    my ($act) = @_;
    my $urls = join ' ', map { $server->url("/types/after?$_") } 1, 2, 3;
    my $said = `nghttp --timeout=30 -H 'Act: $act' $urls 2>&1`;
    return 3 == (() = $said =~ /answered/g);
}
