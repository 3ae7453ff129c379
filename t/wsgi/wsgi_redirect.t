# After an internal redirect the client has its answer: whatever the application returns then is dropped.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Test;

my @ways = qw(starts_then_redirects starts_late writes yields file length);

plan tests => 4 * @ways + 4;

# The same request twice on one connection.
sub twice {
    my ($method, $path) = @_;
    my $request = "$method /wsgi-redirects/$path HTTP/1.1\r\nHost: x\r\n";
    return raw_request("$request\r\n${request}Connection: close\r\n\r\n");
}

for my $way (@ways) {
    my ($get, $head);
    my $log = error_log_since { $get = twice('GET', $way); $head = twice('HEAD', $way) } qr/(?:is dropped.*){4}/s;
    is scalar(() = $get =~ /HTTP\/1\.1 200|plain file/g), 4, "$way: one answer to each request";
    unlike $get, qr/second|third|X-Own|Applications/, 'and nothing of the application';
    is scalar(() = $head =~ /^HTTP\/1\.1/mg), 2, 'to HEAD too';
    like $log, qr/(?:wsgi wsgi_redirect:app gave a response that is dropped: an internal redirect has answered.*){4}/s, 'the log tells';
}

my $answer;
my $log = error_log_since { $answer = twice('GET', 'raises') } qr/(?:LookupError.*){2}/s;
is scalar(() = $answer =~ /HTTP\/1\.1 200 .*?plain file/sg), 2, 'an exception changes nothing';
unlike $answer, qr/HTTP\/1\.1 500/, 'for the client';
is scalar(() = twice('GET', 'in_close') =~ /HTTP\/1\.1/g), 2, 'a redirect in close() comes too late';
like twice('GET', 'begun'), qr/begun,.*the response has begun: a redirect comes before it.*begun,/s, 'and so does one after write()';
