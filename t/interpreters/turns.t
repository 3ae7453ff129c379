# Interpreters share a GIL by turns: a computation in one does not keep the others waiting.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use PyHook::Test;

plan skip_all => 'requests meet in a child only where it has threads' if $ENV{PYHOOK_MPM} eq 'prefork';
plan tests => 9;

my $begun = Apache::Test::vars('t_logs') . '/turns_begun';

# The answer of $where while the URL $computes is at work, and the result of that one.
sub meanwhile {
    my ($computes, $where) = @_;
    unlink $begun;
    open my $computing, '-|', 'curl', '-s', '-m', 60, 'http://' . Apache::TestRequest::hostport() . $computes or die "curl: $!";
    until_true(sub { -e $begun }) or die "$computes has not begun";
    my $answer = GET_BODY $where;
    return ($answer, scalar <$computing>);
}

for my $pair (['shop', 'main'], ['main', 'shop'], ['shop', 'shop']) {
    my ($busy, $other) = @$pair;
    my $name = $other eq 'main' ? 'main' : 'turns_shop';
    my ($answer, $came) = meanwhile("/turns/$busy/compute", "/turns/$other/release");
    is $answer, "$name no\n", "a request in $other is answered while a handler computes in $busy";
    is $came, "released\n", '… which goes on afterwards';
}

my ($answer, $came) = meanwhile('/turns/shop/thread', '/turns/main/release');
is $came, "started\n", 'a thread of the application computes in shop';
is $answer, "main no\n", '… and a request in main is answered';
is GET_BODY('/turns/shop/release'), "turns_shop yes\n", '… and one in shop';
