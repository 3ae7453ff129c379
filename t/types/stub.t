# What editors and type checkers are told is what is there.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);

plan tests => 1;

is GET_BODY('/types/stub'), "\n", 'the stub and the live module have the same names and parameters';
