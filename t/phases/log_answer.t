# The answer of a log callable has no effect: the other log modules still run.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 4;

for my $answer (qw(status done error raise)) {
    my $said = qr/second sees $answer/;
    my $logged = error_log_since { GET "/log-answer?$answer" } $said;
    like $logged, $said, "after a first callable with $answer the second one runs";
}
