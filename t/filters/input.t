# Input filters: before a Python handler, a CGI script and a proxied server.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 20;

my $at = '/filters/input';
my $long = 'abcdefgh' x 50_000;

is POST_BODY("$at/upper", content => 'some text'), 'SOME TEXT', 'a handler reads what the filter yields';
is POST_BODY("$at/upper", content => $long), uc $long, 'of a long body too';
is POST_BODY("$at/measured", content => $long), length $long, 'a filter may answer at the end only';
is POST_BODY("$at/chain", content => $long), length $long, 'two filters in a chain';
is GET_BODY("$at/upper"), '', 'no body is an empty one';
is POST_BODY("$at/ignored", content => $long), 'ignored', 'a body that nobody reads';
is POST_RC("$at/limited", content => 'x' x 11), 413, 'LimitRequestBody holds';
is POST_BODY("$at/limited", content => 'x' x 10), 'X' x 10, 'up to its limit';

is POST_BODY("$at/scan", content => 'harmless'), 'harmless', 'a filter that declines lets all pass';
is POST_BODY("$at/scan", content => $long), $long, 'of a long body too';
is POST_RC("$at/scan", content => 'MZ...'), 415, 'a filter refuses a body';
my $log = error_log_since { is POST_RC("$at/broken", content => 'x'), 500, 'a filter that raises' } qr/KeyError/;
like $log, qr/PYHOOK0010: input filter input:broken raised.*Traceback.*KeyError: 'lost'/s, 'and its traceback';

is POST_BODY("$at-cgi/upper", content => 'some text'), 'SOME TEXT', 'a CGI script reads what the filter yields';
is POST_RC("$at-cgi/scan", content => 'MZ...'), 415, 'and is refused a body';
is POST_BODY("$at-proxied", content => 'some text'), 'SOME TEXT', 'so does a server behind a proxy';

my $continued = raw_request("POST $at/upper HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n"
    . "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n");
like $continued, qr{^HTTP/1\.1 100 Continue\r\n\r\nHTTP/1\.1 200}, 'a client that waits is told to go on';
like $continued, qr{BODY$}, 'and its chunked body is filtered';

my $two = raw_request("POST $at/upper HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
    . "POST $at/upper HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\ntwo");
like $two, qr/ONE.*TWO/s, 'pipelined requests keep their bodies apart';
my $ignored = raw_request("POST $at/ignored HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
    . "POST $at/upper HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\ntwo");
like $ignored, qr/ignored.*TWO/s, 'also when nobody reads the first';
