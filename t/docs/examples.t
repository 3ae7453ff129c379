# Every example in README.md and docs/ does what its page says. PYHOOK_PAGE=handlers runs one page's.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Test::More ();

use PyHook::Config qw(top);
use PyHook::Example;

my $top = top();
my $chosen = $ENV{PYHOOK_PAGE} // '';
my @pages = grep { /\Q$chosen\E/ } map { s{^\Q$top\E/}{}r } glob "$top/README.md $top/docs/*.md $top/docs/*/*.md";
my %example = map { $_ => PyHook::Example->new("$top/$_") } @pages;
my @running = grep { $example{$_}->runs } @pages;

plan tests => scalar @running;

for my $page (@running) {
    Test::More::subtest($page => sub {
        eval { $example{$page}->run; 1 } or Test::More::fail("$page: $@");
        delete $example{$page};
        Test::More::done_testing();
    });
}
