# Every example in README.md and docs/ does what its page says. PYHOOK_PAGE=handlers runs only pages with that in their
# name.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);

use PyHook::Config qw(top);
use PyHook::Example;

my $top = top();
my $chosen = $ENV{PYHOOK_PAGE} // '';
my @pages = grep { /\Q$chosen\E/ } map { s{^\Q$top\E/}{}r } glob "$top/README.md $top/docs/*.md $top/docs/*/*.md";
my %example = map { $_ => PyHook::Example->new("$top/$_") } @pages;
my @running = grep { $example{$_}->runs } @pages;

plan tests => scalar @running;

for my $page (@running) {
    SKIP: {
        skip "$page: its packages are not for the linked Python", 1 unless $example{$page}->can_run;
        my @problems = $example{$page}->problems;
        ok !@problems, $page or diag @problems;
    }
}
