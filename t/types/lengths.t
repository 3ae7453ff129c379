# A Content-Length that Python sets for a body that somebody else sends: the client gets no byte more, and can tell that it
# got too few.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Test;

plan tests => 7;

# Closes after the response, so that what follows it is seen.
sub answer { my ($path) = @_; return raw_request("GET /types/lengths/$path HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n") }
sub body { answer(@_) =~ s/.*?\r\n\r\n//sr }

is body('declines?0'), '', 'a filter that declines: no byte if it says so';
my $log = error_log_since { is body('declines?6'), 'piecep', 'no byte more' } qr/longer than its/;
like $log, qr/PYHOOK0071: .*declines has a body longer than its Content-Length: the rest is not sent/, 'and the log says so';
$log = error_log_since { is body('declines?1000'), 'piece' x 4, 'if there are too few' } qr/shorter than its/;
like $log, qr/PYHOOK0071: .*declines has a body shorter than its Content-Length: the response is broken off/, 'it is broken off';
like body('page?5'), qr/^one part two$|\bone \r\n4\r\npart\r\n4\r\n two\r\n0\r\n\r\n\z/, 'a part, for the page that waits for it: the page is whole';
my ($length, $status) = answer('status?9') =~ /^Content-Length: (\d+).*?\r\n\r\n(.*)/ms;
is $length, length $status, 'httpd knows the length of what it sends';
