# klaus with dulwich: git push of 5 MB, which git sends in chunks, and clone it back.
use strict;
use warnings;

use Test::More;

use PyHook::Application;

my $klaus = PyHook::Application->new('klaus', modules => ['klaus', 'dulwich.web'], commands => ['git', 'curl']);
$klaus->write_file('.gitconfig', "[user]\nname = Anna\nemail = anna\@example.org\n[init]\ndefaultBranch = main\n");
$klaus->succeeds(qw(git init -q --bare attic.git));
$klaus->start;

plan tests => 9;

my $url = $klaus->url('/git/attic');
$klaus->succeeds(qw(git clone -q), $url, 'work');
pass 'git clone of an empty repository';

# Data that git cannot compress.
srand 5;
my $big = pack 'L*', map { int rand 2**32 } 1 .. 5 * 2**20 / 4;
$klaus->write_file('work/big', $big);
$klaus->write_file('work/small', "small\n");
$klaus->succeeds(qw(git -C work add .));
$klaus->succeeds(qw(git -C work commit -q -m), 'big and small');
ok $klaus->works(qw(git -C work push -q origin main)), 'git push of 5 MB';
is $klaus->succeeds(qw(git -C attic.git rev-parse main)), $klaus->succeeds(qw(git -C work rev-parse main)), 'arrives';
ok $klaus->works(qw(git -C attic.git fsck --strict)), 'and the repository is sound';

ok $klaus->works(qw(git clone -q), $url, 'copy'), 'git clone';
ok PyHook::Application::read_file($klaus->place('copy/big')) eq $big, 'brings all of it';

like $klaus->curl('/git/'), qr{200 OK.*/git/attic}s, 'pages for people';
like $klaus->curl('/git/attic/tree/main/'), qr{200 OK.*/git/attic/blob/main/small}s, 'with the files';
is $klaus->errors, '', 'no error was logged';
