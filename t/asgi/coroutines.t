# Content handlers that are coroutines or async generators: on the event loop they can do what plain handlers do. All is
# asked twice: the thread of a request calls a handler for the first time, and later the event loop calls it.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use IO::Socket::INET;
use PyHook::Config qw(mpm);
use PyHook::Test;

plan tests => 2 * 54;

my $prefork = mpm() eq 'prefork';

sub url { '/coroutine/' . $_[0] }
sub body { GET_BODY(url($_[0])) }

check_handlers();
check_handlers();

sub check_handlers {
    body('gone?forget');
    my $response = GET url('answer?bytes');
    is $response->content, 'bytes', 'bytes are the body';
    is $response->header('Content-Length'), 5, 'with its length';
    $response = GET url('answer?text');
    is $response->header('Content-Type'), 'text/html; charset=utf-8', 'text has its type';
    is $response->content, 'text', 'and is the body';
    is body('answer?pieces'), 'ab', 'an iterator is the body';
    is GET(url('answer?none'))->code, 200, 'None is OK';
    is GET(url('answer?status'))->code, 201, 'a status is the status';
    is GET(url('answer?refused'))->code, 403, 'a refusal too';
    is length(body('answer?large')), 100_000, 'a body that is not copied';
    $response = GET url('answer?no_text');
    is $response->code, 500, 'text that is no text';
    is body('method'), 'of an object', 'a method';

    my $logged = error_log_since { $response = GET url('number') } qr/PYHOOK0006/;
    is $response->code, 500, 'a wrong result is an error';
    like $logged, qr/PYHOOK0006: handler coroutines:number returned 3\.5 of type float/, 'and logged as of a plain handler';

    $logged = error_log_since { $response = GET url('fails') } qr/LookupError/;
    is $response->code, 500, 'an exception is an error';
    like $logged, qr/PYHOOK0005: handler coroutines:fails raised.*LookupError: nothing found/s, 'with its traceback';
    $response = GET url('fails?http');
    is $response->code, 451, 'HTTPError is its status';
    is $response->header('X-Why'), 'law', 'with its headers';

    SKIP: {
        skip 'a prefork child serves one connection', 1 if $prefork;
        my $host = Apache::Test::vars('servername') . ':' . Apache::Test::vars('port');
        my $answers = `for i in 1 2 3 4; do curl -s --max-time 20 http://$host/coroutine/meet?4 & done; wait`;
        is $answers, '4444', 'requests of one loop wait for each other';
    }

    is POST(url('echo'), content => 'x' x 300_000)->content, 'x' x 300_000, 'a body is read';
    is GET(url('echo'))->content, '', 'none is empty';
    is POST(url('parts'), content => 'abcdefgh' . 'x' x 200_000)->content, "b'abcde' 200003 b'' b''", 'in pieces';
    is POST(url('limited'), content => 'x' x 200)->code, 413, 'one that is too long is refused';
    is body('written'), 'one two', 'awrite sends';
    $response = GET url('ticks');
    is $response->content, "tick 0\ntick 1\ntick 2\n", 'an async generator is the body';
    is $response->header('Content-Type'), 'text/html; charset=utf-8', 'text has its type there too';
    is HEAD(url('ticks'))->code, 200, 'HEAD';
    is HEAD(url('ticks'))->content, '', 'has no body';

    is body('page'), 'A one two B one two C', 'a page goes on when a part of it was made by another coroutine';

    $logged = error_log_since { $response = curl(url('breaks')) } qr/PYHOOK0007/;
    like $logged, qr/LookupError: in the middle.*PYHOOK0007/s, 'one that raises midway is broken off';
    isnt $response, 0, 'which the client sees';
    for my $name (qw(late plainly_late)) {
        my $answer;
        $logged = error_log_since { ($response, $answer) = curl(url($name)) } qr/PYHOOK0007/;
        isnt $response, 0, "$name: so is one that returns an error midway";
        like $answer, qr/\r\n\r\nbegun\z/, '… and nothing stands behind what it has sent';
    }

    for (['endless', 'generator', qr/data: again/], ['patient', 'coroutine', undef]) {
        my ($name, $what, $first) = @$_;
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => Apache::Test::vars('port'))
            or die "connect: $@";
        print $socket "GET /coroutine/$name HTTP/1.1\r\nHost: localhost\r\n\r\n";
        if ($first) {
            my $text = '';
            until_true { sysread($socket, $text, 4096, length $text) ? $text =~ $first : 1 };
            like $text, $first, "$name: pieces come while it goes on";
        }
        close $socket;
        ok until_true { body('gone') =~ /$what/ }, "$name: the client goes, its finally block runs";
    }

    for my $what (qw(read write flush)) {
        $logged = error_log_since { $response = GET url("blocking?$what") } qr/RuntimeError/;
        like $logged, qr/RuntimeError: a coroutine does not wait for its client like this/, "$what\() would block the loop";
    }
    $logged = error_log_since { $response = GET url('sub') } qr/RuntimeError/;
    like $logged, qr/a coroutine does not wait for its client like this/, 'so would a sub-request';
    is POST(url('two_at_once'), content => 'x')->content, 'the Request is being read or written: await that first',
        'one thing at a time';
    is POST(url('used_meanwhile'), content => 'x')->content, 'the Request is being read or written: await that first',
        'nor is it looked at meanwhile';
    is body('current?a'), 'True unset a', 'the current request is the task\'s';
    is body('current?b'), 'True unset b', 'and no variable of another task is seen';
    is body('steps?factory'), 'before True later', 'its first step is like the others: same thread, loop and task; what it starts runs later';
    is body('steps'), 'before True later', '… also where the application makes the tasks';
    is body('blocked'), 'from a thread', 'a thread works for the loop';
    is body('outside'), 'aread() is awaited by the coroutine of a content handler: use read() here', 'nobody else awaits';

    $logged = error_log_since { is body('forks'), 'status 1', 'a forked process that comes back ends' } qr/PYHOOK0011/;
    like $logged, qr/PYHOOK0011: a process forked by a coroutine came back/, 'and the log says so';
    is body('forks?1'), 'status 1', 'also one that goes on with the loop';

    $logged = error_log_since { $response = GET url('fixup') } qr/PYHOOK0006/;
    is $response->code, 500, 'no other phase is a coroutine';
    like $logged, qr/only a content handler \(PyHookHandler\) may be async def/, 'and the log says so';
}
