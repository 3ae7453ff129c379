# The hooks of a connection: a protocol that is not HTTP, a refusal at the door, and failures of both.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 36;

sub to {
    my ($host, $bytes, %how) = @_;
    return raw_request($bytes, port => Apache::Test::config()->port($host), %how);
}

my $get = "GET /index.html HTTP/1.0\r\n\r\n";

is to('converse', "upper some words\nquit\nupper more\n"), "hello\nSOME WORDS\nbye\n", 'lines go in and out';
is to('converse', "take 5\nab\ncdquit\n"), "hello\nab\ncd|\nbye\n", 'read gives exactly so many bytes';
is to('converse', "take 50\nab", half_close => 1), "hello\nab|\n", 'fewer at the end';
is to('converse', "upper last", half_close => 1), "hello\nLAST\n", 'the last line needs no end';
is to('converse', '', half_close => 1), "hello\n", 'an end without a word is an end';
is to('converse', 'upper ' . 'x' x 200 . "\nquit\n"), "hello\n" . 'X' x 94 . "\nbye\n", 'a line is no longer than its limit';
like to('converse', "some\nabc", half_close => 1), qr/^hello\nb'abc'\n/, 'recv gives what has come';
is to('converse', "who\nquit\n"), "hello\n127.0.0.1 None\nbye\n", 'the connection knows its client, and there is no request';
is to('converse', "wait\n"), "hello\ntime is up\n", 'a read has a timeout';
is to('converse', "misuse\nquit\n"), "hello\nValueError\nValueError\nValueError\nTypeError\nbye\n", 'wrong arguments are refused';

my $answer;
my $log = error_log_since { $answer = to('converse', "raise\n$get") } qr/in the middle/;
is $answer, "hello\n", 'what raises closes the connection';
like $log, qr/PYHOOK0005: process_connection speak:converse raised\n.*RuntimeError: in the middle/s, 'and is logged';
$log = error_log_since { $answer = to('converse', "decline\n$get") } qr/PYHOOK0006/;
is $answer, "hello\n", 'HTTP does not go on where Python has spoken';
like $log, qr/PYHOOK0006: process_connection speak:converse returned -1 of type int: after it has read or written, expected None or OK/, 'the log says so';
$log = error_log_since { $answer = to('converse', "wrong\n") } qr/PYHOOK0006/;
is $answer, "hello\n", 'a wrong result closes the connection';
like $log, qr/PYHOOK0006: process_connection speak:converse returned 'a string'/, 'and is logged';

like to('leave', $get), qr{^HTTP/1.1 200 OK}, 'DECLINED leaves the connection to HTTP';
is to('failfirst', $get), '', 'an exception does not';
$log = error_log_since { $answer = to('missing', $get) } qr/PYHOOK0004/;
is $answer, '', 'nor does a callable that is not there';
like $log, qr/PYHOOK0004: process_connection speak:nothing can't be called/, 'the log says so';

is to('strangers', $get), '', 'pre_connection refuses a client';
is to('wrongpre', $get), '', 'a wrong result refuses';
$log = error_log_since { $answer = to('hugepre', $get) } qr/PYHOOK0006/;
is $answer, '', 'a number that no hook could take refuses';
like $log, qr/PYHOOK0006: pre_connection speak:huge returned 1000000000000000000000000000000 of type int: expected/, 'and is logged';
$log = error_log_since { $answer = to('donepre', $get) } qr/PYHOOK0006/;
like $log, qr/PYHOOK0006: pre_connection speak:done returned -2 of type int: expected None, OK or DECLINED/, 'DONE is no answer';
$log = error_log_since { $answer = to('hugeprotocol', $get) } qr/PYHOOK0006/;
is $answer, "spoken\n", 'from process_connection it closes the connection';
like $log, qr/PYHOOK0006: process_connection speak:huge_once_spoken returned -1000000000000000000000000000000 of type int:/, 'and is logged';
$log = error_log_since { $answer = to('hugeclose', $get) } qr/PYHOOK0006/;
like $log, qr/PYHOOK0006: pre_close_connection speak:huge returned 1000000000000000000000000000000 of type int:/, 'and from pre_close_connection';
is scalar(grep { to('leave', $get) =~ m{^HTTP/1.1 200 OK} } 1 .. 20), 20, "the threads' next calls are as ever";
is to('brokenpre', $get), '', 'an exception refuses';
$log = error_log_since { $answer = to('tooearly', $get) } qr/PYHOOK0005/;
is $answer, '', 'writing too early refuses';
like $log, qr/RuntimeError: only a process_connection callable may read and write the connection/, 'and is logged';
is GET_BODY('/speak'), 'only a process_connection callable may read and write the connection', 'a request has no raw connection';

$log = error_log_since { $answer = to('closing', $get) } qr/closing after/;
like $answer, qr{^HTTP/1.1 200 OK}, 'pre_close_connection disturbs nothing';
like $log, qr/closing after \d+ more/, 'and runs';

my ($status, $output) = config_test("<Location />\nPyHookProcessConnection a:b\n</Location>");
like $output, qr/PyHookProcessConnection not allowed in <Location> context/, 'there is no location yet';
