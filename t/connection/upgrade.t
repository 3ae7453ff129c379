# Protocols that a client asks for with Upgrade.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;
use Time::HiRes qw(sleep time);

plan tests => 32;

sub to { raw_request($_[1], port => Apache::Test::config()->port($_[0])) }

# A request that asks for the protocol, with data that is sent at once.
sub upgrade {
    my ($protocol, $more, %how) = @_;
    my $path = $how{path} // '/page';
    my $method = $how{method} // 'GET';
    my $headers = join '', map { "$_\r\n" } @{ $how{headers} // [] };
    return to($how{host} // 'upgrade',
        "$method $path HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: $protocol\r\n$headers\r\n$more");
}

sub log_of {
    my ($name, $pattern) = @_;
    my ($text, $deadline) = ('', time + 60);
    while (1) {
        open my $file, '<', Apache::Test::vars('t_logs') . "/$name" or die "$name: $!";
        local $/;
        $text = <$file> // '';
        return $text if $text =~ $pattern || time > $deadline;
        sleep 0.02;
    }
}

my $switched = qr{^HTTP/1\.1 101 Switching Protocols\r\n(?:[^\r]+\r\n)*\r\n};

my $answer = upgrade('echo', "one\ntwo\nquit\nthree\n");
like $answer, qr/$switched/, 'the server switches';
like $answer, qr/^Upgrade: echo\r$/m, 'to what was asked for';
like $answer, qr/^Connection: Upgrade\r$/m, 'as HTTP wants it';
like $answer, qr/${switched}echo for \/page False True\nONE\nTWO\nbye\n\z/, 'and speaks, until it is at its end, nothing else';
like log_of('access_log_upgrade', qr/101/), qr{^GET /page HTTP/1\.1 101$}m, 'the access log has the request';
like upgrade('unknown, echo', "quit\n"), qr/${switched}echo for/, 'one of several';
like upgrade('echo', "quit\n", method => 'OPTIONS'), qr/${switched}echo for/, 'any method';

my $stays = qr{^HTTP/1\.1 200 OK\r\n.*HTTP/1\.1 GET\n}s;
my $close = "GET /page HTTP/1.0\r\n\r\n";
like upgrade('unknown', $close), $stays, 'an unknown protocol: HTTP goes on';
like upgrade('echo', $close, host => 'noupgrade'), $stays, 'a server whose Protocols do not list it: HTTP goes on';
like upgrade('ECHO', $close), $stays, 'a name is written as it is';
like upgrade('guarded', "quit\n", path => '/page?please'), qr/${switched}echo for/, 'a callable may accept';
like upgrade('guarded', $close), $stays, 'or not';
like upgrade('guarded, echo', "quit\n"), qr/^Upgrade: echo\r$/m, 'the next one is taken then';
for (['raise', qr/PYHOOK0005: protocol_propose upgrade:accept raised.*RuntimeError: don't know/s],
     ['text', qr/PYHOOK0006: protocol_propose upgrade:accept returned 'yes' of type str: expected True/]) {
    my ($how, $reason) = @$_;
    like upgrade('guarded', $close, path => "/page?$how"), $stays, "$how: HTTP goes on";
    like log_of('error_log_upgrade', $reason), $reason, 'and the log says why';
}
my $post = qr{^HTTP/1\.1 200 OK\r\n.*HTTP/1\.1 POST\n}s;
like upgrade('echo', "quit\n$close", method => 'POST', headers => ['Content-Length: 5']), $post,
    'a request with a body stays HTTP';
like upgrade('echo', "0\r\n\r\n$close", method => 'POST', headers => ['Transfer-Encoding: chunked']), $post,
    'with one of unknown length as well';
like upgrade('echo', "quit\n", headers => ['Content-Length: 0']), qr/${switched}echo for/, 'an empty one is none';
like upgrade('echo', $close, path => '/closed'), qr{^HTTP/1\.1 403 }, 'who may not come in does not switch';
like to('upgrade', $close), qr{^HTTP/1\.1 200 OK}, 'who does not ask is not switched';

$answer = upgrade('broken', $close);
like $answer, qr/${switched}so far\n\z/, 'an exception ends the connection';
like log_of('error_log_upgrade', qr/no further/), qr/PYHOOK0005: protocol_switch upgrade:broken raised.*RuntimeError: no further/s,
    'and is logged';
like upgrade('wrong', $close), qr/$switched\z/, 'so does a wrong result';
like log_of('error_log_upgrade', qr/upgrade:wrong/), qr/PYHOOK0006: protocol_switch upgrade:wrong returned 5/, 'and is logged';
like upgrade('missing', $close), qr/$switched\z/, 'and a callable that is not there';
like log_of('error_log_upgrade', qr/upgrade:nothing/), qr/PYHOOK0004: protocol_switch upgrade:nothing can't be called/, 'and is logged';

sub refused {
    my ($conf, $reason) = @_;
    my ($status, $output) = config_test($conf);
    like $output, $reason, $conf;
}
refused('PyHookProtocol h2 upgrade:echo', qr/PyHookProtocol: 'h2': httpd speaks it itself: choose another name/);
refused('PyHookProtocol WebSocket upgrade:echo', qr/PyHookProtocol: 'WebSocket': httpd can't answer a handshake of WebSocket here: write PyHookASGI/);
refused('PyHookProtocol "a b" upgrade:echo', qr/PyHookProtocol: 'a b' can't be a name/);
refused('PyHookProtocol x echo', qr/PyHookProtocol: 'echo' is not module:callable/);
