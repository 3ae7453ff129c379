# A sub-request cannot be destroyed while it, or another one that belongs to it, is in use, whoever tries.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my %ways = (
    in_a_cleanup        => "['RuntimeError'] True",
    in_the_last_cleanup => 'left to the end',
    while_a_part_runs   => 'RuntimeError',
    while_redirected    => 'RuntimeError',
    while_a_coroutine_waits      => 'RuntimeError RuntimeError',
    while_a_coroutine_of_it_runs => 'RuntimeError RuntimeError',
    while_looking_up    => 'RuntimeError False',
    while_evaluating    => 'True RuntimeError False',
    while_converting    => "['RuntimeError'] False",
    while_writing       => qr/^written RuntimeError False/,
    filters             => "before ['ValueError', 'ValueError']",
);
plan tests => keys(%ways) + 1;

my $server = PyHook::Server->new(children => 1, conf => <<'END')->start;
PyHookOutputFilter destroyed-killer destroyed:killer
PyHookOutputFilter destroyed-protocol destroyed:passed type=protocol
PyHookInputFilter destroyed-protocol destroyed:passed type=protocol
<Location /types/destroyed>
    PyHookHandler destroyed:do
</Location>
<Location /types/destroyed/guarded>
    PyHookAccessChecker destroyed:guard
</Location>
END
my ($child) = $server->child_pids;
for my $way (sort keys %ways) {
    my $body = GET_BODY $server->url("/types/destroyed?$way");
    ref $ways{$way} ? like($body, $ways{$way}, $way) : is($body, $ways{$way}, $way);
}
is join(' ', $server->child_pids), $child, 'the child serves on';
