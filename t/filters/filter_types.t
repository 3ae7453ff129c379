# type=resource, content, protocol and connection: what a filter sees at each place of the chain.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 9;

my $at = '/filters/filter_types';

# One connection, so that there is one process under prefork too.
my $answers = raw_request("POST $at/all HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"
    . "GET $at/seen HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
like $answers, qr/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nbody answered/s, 'a response passes four Python filters';

my @seen = grep { /^(?:in|out) / } split /\r?\n/, $answers;
my %first = map { /^(\S+ \S+) \S+: (.*)/ ? ($1 => $2) : () } @seen;
is_deeply [map { /^out (\S+)/ ? $1 : () } @seen], [qw(Y-RESOURCE Y-CONTENT Y-PROTOCOL Y-CONNECTION)],
    'their type orders them, whatever the order of their names';
is_deeply [sort map { /^in (\S+)/ ? $1 : () } @seen], [qw(Y-CONNECTION Y-CONTENT Y-PROTOCOL Y-RESOURCE)],
    'on the way in there are four too';
is_deeply [@first{'out Y-RESOURCE', 'out Y-CONTENT'}], [("b'body answered'") x 2], 'resource and content see the body';
is_deeply [@first{map { "in $_" } qw(Y-RESOURCE Y-CONTENT Y-PROTOCOL)}], [("b'body'") x 3],
    'so do those of the request on the way in';
like $first{'in Y-CONNECTION'}, qr/^b'bodyGET /, 'connection sees the bytes of the next request too, which is not lost';
like $first{'out Y-PROTOCOL'}, qr{^b'HTTP/1\.1 200 OK\\r\\n}, 'protocol sees the head first';
like $first{'out Y-CONNECTION'}, qr{^b'HTTP/1\.1 200 OK\\r\\n}, 'connection sees the bytes of the response, its head first';
like join("\n", @seen), qr/^out Y-CONNECTION 127\.0\.0\.1:/m, 'and knows its connection, but no request';
