# A body longer than LimitRequestBody: httpd has answered before Python learns of it, and nothing may follow.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Test;

plan tests => 12;

for my $way (qw(raise return write)) {
    my ($exit, $answer);
    my $logged = error_log_since { ($exit, $answer) = curl('-d', 'abcdef', "/long-body?$way") };
    like $answer, qr{^HTTP/1\.1 413 }, "$way: the client hears that the body is too long";
    unlike $answer, qr/more of it/, "$way: nothing follows httpd's page";
    unlike $logged, qr/PYHOOK/, "$way: nothing is broken off";
    like $logged, $way eq 'raise' ? qr/answers 413/ : qr/caught 413/, "$way: Python is told the status";
}
