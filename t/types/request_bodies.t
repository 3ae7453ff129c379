# A request's body: sizes, lines and ends exactly; chunks, limits, clients that stop or wait.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Ask;
use PyHook::Test;

my $lines = "one\ntwo\r\n\nlast";
my @rows = (
    ['req.read()',                          q(b'one\ntwo\r\n\nlast')],
    ['req.read(-1), req.read()',            q((b'one\ntwo\r\n\nlast', b''))],
    ['req.read(0), req.read(1), req.read(4), req.read(100), req.read(1), req.read(0)',
        q((b'', b'o', b'ne\nt', b'wo\r\n\nlast', b'', b''))],
    ['req.read(size=3), req.read(None)',    q((b'one', b'\ntwo\r\n\nlast'))],
    ['[req.readline() for _ in range(6)]',  q([b'one\n', b'two\r\n', b'\n', b'last', b'', b''])],
    ['req.readline(2), req.readline(0), req.readline(2), req.readline(-1), req.readline(size=100)',
        q((b'on', b'', b'e\n', b'two\r\n', b'\n'))],
    ['req.readlines(), req.readlines()',    q(([b'one\n', b'two\r\n', b'\n', b'last'], []))],
    ['req.readlines(1), req.readlines(hint=5), req.readlines(0)', q(([b'one\n'], [b'two\r\n'], [b'\n', b'last']))],
    ['list(req)',                           q([b'one\n', b'two\r\n', b'\n', b'last'])],
    ['iter(req) is req, next(req), req.read(3), list(req), next(req, 5)', q((True, b'one\n', b'two', [b'\r\n', b'\n', b'last'], 5))],
    ['req.read(2), req.discard_request_body(), req.read(1)', q((b'on', None, b''))],
    ['req.discard_request_body(), req.read(), req.readline(), list(req)', q((None, b'', b'', []))],
    ['[error(act, wrong) for act in (req.read, req.readline, req.readlines) for wrong in ("1", 1.5, b"1")]',
        '[' . join(', ', ("'TypeError'") x 9) . ']'],
    ['error(req.read, 2**70), error(req.read, 1, 2), error(req.read, sise=1), req.read(3)', q(('OverflowError', 'TypeError', 'TypeError', b'one'))],
);
my @empty = ['req.read(), req.read(5), req.readline(), req.readlines(), list(req), req.discard_request_body()', q((b'', b'', b'', [], [], None))];

plan tests => @rows + 26;

answers('/types/body', [@$_, method => 'POST', body => $lines]) for @rows;
answers('/types/body', [@{ $empty[0] }]);
answers('/types/body', [@{ $empty[0] }, method => 'POST', 'Content-Length' => 0]);
answers('/types/body/early', ['req.state.first, req.read()', q((b'one\n', b'one\ntwo\r\n\nlast')), method => 'POST', body => $lines]);
answers('/types/body', ['len(req.read()), req.read()', q((300000, b'')), method => 'POST', body => 'x' x 300_000]);
answers('/types/body', ['len(req.readline())', '300001', method => 'POST', body => 'x' x 300_000 . "\ny"]);

my $head = "HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
my $chunked = "POST /types/body/tell $head" . "Transfer-Encoding: chunked\r\n\r\n";

sub body_of { $_[0] =~ /\r\n\r\n(.*)/s ? $1 : $_[0] }
sub is_told {
    my ($send, $expected, $what) = @_;
    my $log = error_log_since { $send->() } qr/body: /;
    like $log, qr/body: $expected/, $what;
}

like body_of(raw_request($chunked . "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Late: 1\r\n\r\n")), qr/^b'abcde' None/, 'chunks';
like body_of(raw_request($chunked . "0\r\n\r\n")), qr/^b'' None/, 'no chunks';
for my $way ('', '?discard') {
    my $start = $chunked =~ s/tell/tell$way/r;
    is_told(sub { raw_request($start . "3\r\nabc\r\nrubbish\r\n") }, qr/400 True/, "broken chunks $way");
    $start =~ s/tell/tell\/limited/;
    is_told(sub { raw_request($start . "b\r\n12345678901\r\n0\r\n\r\n") }, qr/413 True/, "too many chunks $way");
}
is_told(sub { raw_request($chunked . "3\r\nabc\r\n", half_close => 1) }, qr/400 True/, 'chunks without an end');
is_told(sub { raw_request("POST /types/body/tell ${head}Content-Length: 10\r\n\r\nabc", half_close => 1) }, qr/400 True/, 'a client that has gone');

my $long = "POST /types/body/tell ${head}Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc";
like raw_request($long), qr{^HTTP/1\.1 100 Continue\r\n\r\nHTTP/1\.1 200 .*\r\n\r\nb'abc' 100-continue}s, 'who asks first is told to go on';
unlike raw_request($long =~ s/tell/unread/r), qr/100 Continue/, 'but not when nobody reads';
like raw_request($long =~ s/tell/discard/r), qr/100 Continue.*b''/s, 'to throw it away is to read it';

unlike raw_request($long =~ s/tell/flushed/r), qr/\r\n\r\n.*100 Continue/s, 'nobody is told to go on once the head has been sent';

answers('/types/body/limited', ['req.limit_request_body, req.read()', q((10, b'1234567890')), method => 'POST', body => '1234567890']);
my $answer = raw_request("POST /types/body/limited ${head}Ask: req.read()\r\nContent-Length: 11\r\n\r\n12345678901");
like $answer, qr{^HTTP/1\.1 413 }, 'longer than LimitRequestBody';
$answer = raw_request("POST /types/body/limited ${head}Ask: req.read(5)\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n");
like $answer, qr{^HTTP/1\.1 413 }, 'in chunks, too';
$answer = raw_request("POST /types/body/limited ${head}Ask: error(req.discard_request_body)\r\nContent-Length: 11\r\n\r\n12345678901");
like $answer, qr{^HTTP/1\.1 413 }, 'and thrown away';

Apache::TestRequest::module('slow');
is_told(sub { raw_request("POST / ${head}Content-Length: 10\r\n\r\nabc", port => Apache::Test::config()->port('slow')) }, qr/408 True/, 'a client that is too slow');
Apache::TestRequest::module('default');

my $big = join '', map { "line $_ of a long body\n" } 1 .. 20_000;
is POST_BODY('/types/body/echo', content => $big), $big, 'what is read and written at once';
is raw_request("POST /types/body/unread ${head}Content-Length: 5\r\n\r\nabcde") =~ s/.*\r\n\r\n//sr, 'not read', 'a body need not be read';
my $two = raw_request("POST /types/body/unread HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcdeGET /types/body/unread $head\r\n");
is scalar(() = $two =~ /not read/g), 2, 'and is no part of the next request';
is scalar(() = raw_request("POST /types/body/discard HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcdeGET /types/body/unread $head\r\n") =~ /HTTP\/1.1 200/g), 2,
    'nor when it is thrown away';
