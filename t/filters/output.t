# Output filters: the three ways to write one, and the ways to switch them on.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 9;

my $at = '/filters/output';

is GET_BODY("$at/pieces/brackets"), '<[one ][two ][three]>>', 'a generator gets chunks and the end';
is GET("$at/pieces/brackets")->header('X-Filter'), 'BRACKETS', 'and may set headers before its first output';
is GET_BODY("$at/pieces/chain"), '<[ONE ][TWO ][THREE]>>', 'two filters in a chain';
is GET_BODY("$at/body/leet"), '4 body', 'a function is called with each chunk';
is GET("$at/body/leet")->header('Content-Length'), 6, 'a body that is complete has its length';
is GET_BODY("$at/body/count"), 'a body 6 bytes', 'a class may finish';
is GET_BODY("$at/body/count"), 'a body 6 bytes', 'and there is a new instance for each response';
is GET_BODY("$at/own"), 'MIXED CASE', 'a handler filters its own response';
like GET_BODY('/filters/output/by-type/index.html'), qr/PLAIN FILE/, 'a filter by type, through mod_filter';
