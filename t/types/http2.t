# HTTP/2: a stream has its own connection record, and may read its master, which another thread uses.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Config qw(mpm);
use PyHook::Test;
use Time::HiRes qw(sleep time);
use URI::Escape qw(uri_escape_utf8);

plan skip_all => 'mod_http2 needs a threaded MPM' if mpm() eq 'prefork';

my $root = 'http://127.0.0.1:' . Apache::Test::config()->port('http2');

sub http2 { my @words = map { m{^/} ? "$root$_" : $_ } @_; return (curl('--http2-prior-knowledge', @words))[1] }
sub body_of { $_[0] =~ /\r\n\r\n(.*)/s ? $1 : $_[0] }

my @rows = (
    ['req.protocol, req.proto_num', q(('HTTP/2.0', 2000))],
    ['req.connection is conn, conn.master is conn, conn.master is conn.master, conn.master.master', '(True, False, True, None)'],
    ['conn.master.client_ip, conn.master.client_port == conn.client_port', q(('127.0.0.1', True))],
    ['conn.master.local_ip, conn.master.local_port == conn.local_port', q(('127.0.0.1', True))],
    ['conn.master.server == conn.server, conn.master.is_https, conn.master.remote_host', '(True, False, None)'],
    ['conn.master.aborted, conn.master.ended, type(conn.master.id).__name__, type(conn.master.log_id).__name__',
        qr/^\(False, False, 'int', '(str|NoneType)'\)$/],
    ['conn.master.keepalives, conn.master.keepalive', qr/^\(0, '\w+'\)$/],
    ['conn.master.notes', q(RuntimeError: a stream of HTTP/2 can't use the notes of its master: keep things in its state)],
    ['put(conn.master, "keepalive", "close")', qr/^RuntimeError: a stream of HTTP\/2 can't use the keepalive of its master/],
    ['conn.master.add_output_filter("x")', qr/^RuntimeError: a stream of HTTP\/2 can't use the filters of its master/],
    ['put(conn.notes, "x", "y") if 0 else each(conn.notes.update(x="y"), conn.notes["X"])', q('y')],
    ['error(conn.master.recv, 1), error(conn.master.write, b"x"), error(conn.write, b"x")', q(('RuntimeError', 'RuntimeError', 'RuntimeError'))],
    ['conn.master.ssl_var("SSL_PROTOCOL"), req.ssl_var("SSL_PROTOCOL"), req.is_https', '(None, None, False)'],
    ['conn.master.log("from a stream", "notice")', 'None'],
    ['each(setattr(conn.master.state, "x", 1), conn.master.state.x, conn.state)', 'namespace()'],
    ['req.read()', q(b'some words'), '--data', 'some words'],
    ['each(req.flush(), req.read())', q(b'some words'), '--data', 'some words', '-H', 'Expect: 100-continue'],
    ['each(req.write("first "), req.flush(), req.bytes_sent)', q(first 6)],
);

plan tests => @rows + 5;

for my $row (@rows) {
    my ($question, $expected, @words) = @$row;
    my $answer = body_of(http2('-H', 'Ask: ' . uri_escape_utf8($question), @words, '/x'));
    if (ref $expected) { like $answer, $expected, $question }
    else               { is $answer, $expected, $question }
}

http2('/keep');
my $deadline = time + 60;
my $kept;
do { sleep 0.02; $kept = body_of(http2('/kept')) } until $kept eq 'True True' || time > $deadline;
is $kept, 'True True', 'a master has ended when the client has gone';

my $log = error_log_since { http2('/final') } qr/final: /;
like $log, qr/final: GET 200 1234 log_transaction False None/, 'bytes_sent is known in the end';
like error_log_of(sub { http2('-I', '/final') }), qr/final: HEAD 200 0 log_transaction True None/, 'for HEAD too';
like error_log_of(sub { http2('-H', 'Ask: conn.master.log(%22from%20a%20stream%22)', '/x') }, qr/from a stream/), qr/remote 127\.0\.0\.1:\d+\] from a stream/,
    'what the master logs names the client';
is body_of((curl('-H', 'Ask: conn.master', "$root/x"))[1]), 'None', 'without HTTP/2 there is no master';

sub error_log_of { my ($act, $pattern) = @_; return error_log_since { $act->() } $pattern // qr/final: / }
