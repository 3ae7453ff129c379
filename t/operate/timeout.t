# PyHookTimeout: a request that runs in Python for too long is reported with its stack, then interrupted. If code in C
# holds it, the child is recycled.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY GET_RC POST_BODY);
use IO::Socket::INET;
use PyHook::Config qw(mpm);
use PyHook::Test qw(:DEFAULT write_file);
use Time::HiRes qw(sleep);

my %interrupted = (
    loop   => ['a loop',                                  qr/in loop\n/],
    deaf   => ['a loop that catches every Exception',     qr/in deaf\n/],
    deafer => ['a loop that catches the first interruption', qr/in deafer\n/],
    event  => ['a loop that waits in threading',           qr/in event\n/],
    body   => ['a generator body',                        qr/in body\n/],
    'app/' => ['a WSGI application',                      qr/in application\n/],
    'app/body' => ['the body of a WSGI application',      qr/in pieces\n/],
    guarded => ['an access checker',                      qr/in keep_out\n/],
);
my @refused = (
    ['soon', "'soon' is no time: write seconds, 0.001 to 86400, or Off"],
    ['0', "'0' is no time"],
    ['-1', "'-1' is no time"],
    ['1.2345', "'1.2345' is no time"],
    ['90000', "'90000' is no time"],
    ['5 quick=1', "'quick=1' is unknown: after the time may come slow=SECONDS"],
    ['5 slow=x', "'x' is no time"],
    ['slow=x', "'x' is no time: write seconds, 0.001 to 86400\n"],
    ['slow=', "'' is no time: write seconds, 0.001 to 86400\n"],
    ['slow=2 5', "'5' comes too late: write it before slow=2"],
    ['slow=2 slow=3', "'slow=3' comes too late: give slow= once"],
    ['5 slow=5', 'slow=5 comes too late: the request is interrupted after 5 seconds'],
);
my @where = ('', "PyHookInterpreter shop\nPyHookRunIn shop\n");
push @where, "PyHookInterpreter alone gil=own\nPyHookRunIn alone\n" if ends_interpreters() && !has_no_gil();
plan tests => @refused + @where * (3 * keys(%interrupted) + 15);

for (@refused) {
    my ($words, $problem) = @$_;
    like +(config_test("PyHookTimeout $words\n"))[1], qr/PyHookTimeout: \Q$problem\E/, "refused: $words";
}
ends_all($_) for @where;

sub ends_all {
    my ($conf) = @_;
    my $where = $conf =~ /(shop|alone)/ ? $1 : 'main';
    my $server = PyHook::Server->new(children => 1, conf => $conf . join('', map { <<CONF } qw(loop deaf deafer event body read told log)) . <<'CONF')->start;
<Location /$_>
    PyHookHandler timeout:$_
</Location>
CONF
PyHookImport timeout
PyHookTimeout 0.4
PyHookWSGIAlias /app timeout:application
PyHookOutputFilter SHOUT timeout:shout
<Location /begun>
    PyHookHandler timeout:body_with_flush
</Location>
<Location /guarded>
    PyHookAccessChecker timeout:keep_out
</Location>
<Location /while>
    PyHookHandler timeout:for_a_while
    PyHookTimeout 0.1
</Location>
<Location /short>
    PyHookHandler timeout:short
</Location>
<LocationMatch "^/(?:short|told|log)">
    PyHookTimeout 60
</LocationMatch>
<Location /slow>
    PyHookHandler timeout:until_there
    PyHookTimeout 120 slow=0.2
</Location>
<Location /alone>
    PyHookHandler timeout:until_there
    PyHookTimeout slow=0.2
</Location>
<Location /off>
    PyHookHandler timeout:for_a_while
    PyHookTimeout Off
</Location>
<Location /filtered.html>
    SetOutputFilter SHOUT
</Location>
CONF
    for my $path (sort keys %interrupted) {
        my ($what, $stack) = @{ $interrupted{$path} };
        is GET_RC($server->url("/$path?why")), 504, "$where: $what is answered with 504";
        my @entries = $server->error_log =~ /^(.*PYHOOK0066: \S+ GET \/\Q$path\E\?why .*(?:\n.*\| .*)*)/mg;
        is scalar(@entries), 1, '… reported once';
        like $entries[0] // '', qr/has run for \d+\.\d seconds in Python: it is interrupted \(client 127\.0\.0\.1, interpreter $where, received \d+\.\d seconds ago\)[^\0]*$stack/, '… with its stack';
    }
    # Where the machine is slow, the second interruption may come before the handler of the first one is through.
    my $told;
    until_true { ($told = GET_BODY($server->url('/told'))) =~ /^deafer/m || !GET($server->url('/deafer')) };
    like $told, qr/^deafer caught RequestTimeout$/m, "$where: RequestTimeout was seen";
    like $told, qr/^loop cleaned up$/m, '… `finally` ran';
    is GET_BODY($server->url('/log')), "BaseException\n", '… which is no Exception';
    my $begun = raw_request("GET /begun HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", port => $server->port);
    like $begun, qr/^HTTP\/1.1 200.*begins\n\r\n$/s, '… a response that has begun is broken off';
    isnt GET_RC($server->url('/filtered.html')), 200, '… a filter is interrupted too';

    # The client is slow, not Python.
    my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die $@;
    print $client "POST /read HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\n12345";
    $client->flush;
    sleep 1.5;
    print $client '67890';
    $client->flush;
    like answer_from($client, 10), qr/10 bytes\n$/, "$where: time that passes while Python waits for its client does not count";

    is GET_BODY($server->url('/off?1')), "ended\n", '… Off in a section';
    for (['slow', 'slow= interrupts nothing'], ['alone', 'nor does it alone']) {
        my ($path, $what) = @$_;
        my $go_on = "$server->{root}/$path";
        my $request = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die $@;
        print $request "GET /$path?$go_on HTTP/1.0\r\n\r\n";
        $request->flush;
        my $report = qr/PYHOOK0065: handler GET \/$path\?\S+ has run for/;
        $server->log_when($report);
        write_file($go_on, '');
        like answer_from($request, 20), qr/ended\n$/, "… $what";
        is scalar(() = $server->error_log =~ /$report/g), 1, '… and reports once';
    }

    # An interruption that comes just when a request ends must hit no other one: the length of the requests stays about
    # where some are interrupted and some end.
    my (%codes, $seconds);
    $seconds += 0.02 while GET_RC($server->url('/while?' . ($seconds //= 0.1))) == 200 && $seconds < 20;
    my $rounds = 0;
    until ($rounds >= 400 || ($rounds >= 50 && ($codes{200} // 0) >= 5 && ($codes{504} // 0) >= 5)) {
        my $code = GET_RC($server->url("/while?$seconds"));
        $seconds += $code == 200 ? 0.01 : -0.01;
        ++$codes{$code};
        ++$codes{'after: ' . GET_RC($server->url('/short'))} for 1 .. 3;
        ++$rounds;
    }
    is $codes{'after: 200'}, 3 * $rounds, "$where: no later request is hit" or diag explain \%codes;
    ok $codes{200} && $codes{504}, '… though some were interrupted and some ended' or diag explain \%codes;
    unlike $server->error_log, crashed_or_late(), "$where: nothing crashed";
    is scalar(() = $server->error_log =~ /PYHOOK0067/g), 0, '… and no child was recycled';
}
