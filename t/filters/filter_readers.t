# Input filters before a WSGI application and before the handler that added them; the filter chooses the status.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 16;

# Status and one word of the page.
sub request { my ($method, $path, $body) = @_;
    my $answer = $method eq 'GET' ? GET($path) : POST($path, content => $body);
    return join ' ', $answer->code, $answer->content =~ /(A plain file)/;
}

my $long = 'abcdefgh' x 50_000;

is POST_BODY('/filters/filter_wsgi', content => 'some text'), 'SOME TEXT', 'a WSGI application reads what the filter yields';
is POST_BODY('/filters/filter_wsgi', content => $long), uc $long, 'of a long body too';
is GET_BODY('/filters/filter_wsgi'), '', 'or nothing';
is POST_BODY('/filters/filter_added', content => 'some text'), unpack('H*', 'SOME TEXT'), 'a handler filters its own request and response';

for my $where ('/filters/filter_chooses', '/filters/filter_wsgi/chooses') {
    is POST_BODY($where, content => 'good'), 'good', "$where: a body that is good";
    is POST_RC($where, content => 'bad'), 400, 'one that is bad';
    my $log = error_log_since { is POST_RC($where, content => 'broken'), 500, 'and a filter that is broken' } qr/KeyError: 'broken'/;
    like $log, qr/KeyError: 'broken'/, 'is in the log';
}
for my $request ('GET', 'POST') {
    my $page = request($request, '/filters/filter_none/x', $request eq 'POST' ? 'some text' : ());
    is $page, '404 A plain file', "$request: an ErrorDocument with the filter of the request that failed";
}
like POST_BODY('/filters/filter_early', content => 'some text'), qr/TEXT$/, 'a filter that a fixup has read through';
my $again = raw_request("POST /filters/filter_chooses HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nbad"
    . "GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n");
is scalar(() = $again =~ m{^HTTP/1\.1 }mg), 1, 'the connection is closed behind a body that was refused';
