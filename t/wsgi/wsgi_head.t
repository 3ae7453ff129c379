# A response to HEAD has the head of the response to GET; 204 and 304 have no body, whatever the application returns.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my @bare = qw(no_content no_content_generator not_modified not_modified_generator);

plan tests => 4 + 3 + 2 * @bare + 3;

for my $ask (\&GET, \&HEAD) {
    my $answer = $ask->('/wsgi-head/replaced');
    is $answer->status_line, '500 Mine', 'exc_info replaces the head until the first byte';
    is $answer->header('X-Old'), undef, 'all of it';
}
is HEAD("/wsgi-head/$_->[0]")->header('Content-Length'), $_->[1], "$_->[0]: the length is the application's"
    for ['own_length', 1000], ['own_length_generator', 1000], ['own_length_file', 1_000_000];

for my $path (@bare) {
    for my $method ('GET', 'HEAD') {
        my $request = "$method /wsgi-head/$path HTTP/1.1\r\nHost: x\r\n";
        my $answer = raw_request("$request\r\n${request}Connection: close\r\n\r\n");
        is scalar(() = $answer =~ /(?:^|\r\n\r\n)HTTP\/1\.1 [23]04 (?:(?!\r\n\r\n).)*X-Own: 1(?:(?!\r\n\r\n).)*(?=\r\n\r\n(?:HTTP|\z))/sg), 2,
            "$method $path: no body, and the connection goes on";
    }
}
is GET_BODY('/wsgi-head/nothing_handled'), 'nothing handled', 'exc_info where nothing is handled is none';
is GET_BODY("/wsgi-head/$_"), 'written', "$_: a length of an earlier phase does not count" for qw(written iterated);
