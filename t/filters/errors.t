# Output filters that fail, decline, end early or are left behind: the client can always tell.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 35;

my $at = '/filters/errors';

sub refused {
    my ($name, $status, $logged, $what) = @_;
    my $log = error_log_since { is GET_RC("$at/$name"), $status, $what } $logged;
    like $log, $logged, "$what: the log says why";
}

refused('E-FIRST', 500, qr/PYHOOK0010: output filter errors:first_chunk raised.*Traceback.*KeyError: 'first'/s,
    'an exception before the first output');
refused('E-REFUSES', 403, qr/output filter errors:refuses answers 403: not for you/, 'a status');
refused('E-TYPE', 500, qr/TypeError: a filter yields bytes, str or None, not int/, 'output of a wrong type');
refused('E-NOGEN', 500, qr/TypeError: a filter yields bytes, str or None, not function/, 'a function that gives no bytes');
refused('E-MISSING', 500, qr/PYHOOK0004: output filter errors:no_such_name/, 'a filter that is not there');
refused('E-WRITES', 500, qr/RuntimeError: a filter has no other output than what it yields/, 'a filter that writes');
refused('E-LENGTH?1', 500, qr/ValueError: the filter set Content-Length to 14, but its output has 13 bytes/,
    'a length that is not kept');
refused('E-LENGTH?-1', 500, qr/ValueError: the filter set Content-Length to 12/, 'nor surpassed');

my ($exit_of_denied, $denied) = curl("$at-denied");
is $exit_of_denied, 0, 'a page of an error that a filter refuses to send: an answer comes';
like $denied, qr{^HTTP/\S+ 403 .*You don't have permission}s, '… and is that of httpd';

my $response = GET "$at/E-LENGTH";
is $response->content, 'one two three', 'a filter may set its own length';
is $response->header('Content-Length'), 13, 'which the client gets';

my $second;
my $log = error_log_since { $second = raw_request("GET $at/E-SECOND HTTP/1.1\r\nHost: x\r\n\r\n") } qr/KeyError/;
like $second, qr{^HTTP/1\.1 200 .*one}s, 'an exception in the middle of a response';
unlike $second, qr/\r\n0\r\n\r\n$/, 'ends it without the last chunk';
like $log, qr/PYHOOK0010: output filter errors:second_chunk raised.*KeyError: 'second'/s, 'and is logged';
my ($exit) = curl("$at/E-SECOND");
isnt $exit, 0, 'a client can tell';
my $late = raw_request("GET $at/E-LATE HTTP/1.1\r\nHost: x\r\n\r\n");
unlike $late, qr/\r\n0\r\n\r\n$/, 'to decline after output is such an exception';

my $lost;
$log = error_log_since { $lost = raw_request("GET $at/E-LOSES HTTP/1.1\r\nHost: x\r\n\r\n") } qr/RuntimeError/;
unlike $lost, qr/three|\r\n0\r\n\r\n$/, 'nothing goes on behind a chunk that a filter has lost';
like $log, qr/RuntimeError: a chunk is lost: nothing takes the value of the yield in line \d+/, 'and it is told so';

is GET_BODY("$at/E-DECLINE"), 'one two three', 'a filter that declines with the first chunk in hand loses nothing';
is GET_BODY("$at/E-LEAVES"), '<one >two three', 'one that returns lets the rest pass';
is GET_BODY("$at/E-ENDS"), 'that is all', 'one may end the response early';

my $file = GET '/filters-declined/index.html';
ok $file->header('ETag') && $file->header('Content-Length'), 'a filter that declines leaves the headers alone';
my $part = GET '/filters-declined/index.html', Range => 'bytes=0-4';
is $part->code, 206, 'and parts can be had';

is length GET_BODY("$at/E-WATCH"), 64 * 65_536, 'a long response passes';
my ($unused, $both) = curl("$at/E-WATCH", "$at/gone"); # one connection, so that there is one process under prefork too
like substr($both, -200), qr{/E-WATCH$}, 'its generator is finished, and its Filter has ended';
my ($status, $output) = config_test("PyHookOutputFilter DEFLATE a:b");
like $output, qr/PyHookOutputFilter: there is a filter 'DEFLATE' already: choose another name/, 'a name that is taken';
