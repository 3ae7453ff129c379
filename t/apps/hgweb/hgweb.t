# Mercurial's hgweb: clone, push and pull with hg.
use strict;
use warnings;

use Test::More;

use PyHook::Application;

my $hgweb = PyHook::Application->new('hgweb', modules => ['mercurial.hgweb'], commands => ['hg', 'curl']);
$hgweb->set_environment(HGRCPATH => '', HGUSER => 'Anna <anna@example.org>', HGPLAIN => 1);
$hgweb->write_file('hgweb.config', <<"CONFIG");
[paths]
attic = @{[$hgweb->place('attic')]}
[web]
allow_push = *
push_ssl = false
allow-archive = zip
CONFIG
$hgweb->succeeds(qw(hg init attic));
$hgweb->write_file('attic/first', "first\n");
$hgweb->succeeds(qw(hg -R attic commit -qA -m first));
$hgweb->start;

plan tests => 10;

my $url = $hgweb->url('/hg/attic');
ok $hgweb->works(qw(hg clone -q), $url, 'copy'), 'hg clone';
is PyHook::Application::read_file($hgweb->place('copy/first')), "first\n", 'brings the files';

my $big = join '', map { chr } map { ($_ * 7919 >> 3) & 255 } 1 .. 3_000_000;
$hgweb->write_file('copy/big', $big);
$hgweb->succeeds(qw(hg -R copy commit -qA -m big));
ok $hgweb->works(qw(hg -R copy push -q)), 'hg push of 3 MB';
is $hgweb->succeeds(qw(hg -R attic log -r tip -T {desc})), 'big', 'arrives';
$hgweb->succeeds(qw(hg -R attic verify -q));
pass 'and the repository is sound';

ok $hgweb->works(qw(hg clone -q --stream), $url, 'streamed'), 'hg clone --stream';
ok PyHook::Application::read_file($hgweb->place('streamed/big')) eq $big, 'brings all of it';
like $hgweb->curl('/hg/attic/file/tip/'), qr{200 Script output follows.*big.*first}s, 'pages for people';
$hgweb->succeeds(qw(curl -sS --fail -o tip.zip), $hgweb->url('/hg/attic/archive/tip.zip'));
like $hgweb->succeeds(qw(python3 -m zipfile -l tip.zip)), qr{/big .*/first }s, 'an archive';
is $hgweb->errors, '', 'no error was logged';
