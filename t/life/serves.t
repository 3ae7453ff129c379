# The server of the suite answers at all: a failure here explains every other one.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;

plan tests => 2;

is GET_RC('/index.html'), 200, 'a plain file is served';
is GET_RC('/no-such-file'), 404, 'a missing one is not found';
