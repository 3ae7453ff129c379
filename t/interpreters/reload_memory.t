# A hundred reloads leave the child's memory flat. Each waits for a second to pass: with PYHOOK_LONG only.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use File::Path qw(make_path);
use PyHook::Test;
use Time::HiRes qw(sleep time);

my $rounds = $ENV{PYHOOK_LONG} || 0;
$rounds = 100 if $rounds == 1;
plan tests => 3, sub { $rounds > 0 };

my $place = Apache::Test::vars('t_logs') . '/reload-memory';
make_path($place);

sub edit {
    my ($count) = @_;
    replace_file("$place/reload_size.py", <<"END");
import collections, dataclasses, json, re, threading
count = $count
ballast = [str(number) for number in range(20_000)]

def show(req):
    return f"{count}\\n"
END
}

edit(0);
my $server = PyHook::Server->new(children => 1, conf => <<END)->start;
PyHookPath "$place"
PyHookInterpreter shop
PyHookRunIn shop
PyHookReload On
PyHookHandler reload_size:show
END
my $url = $server->url('/');
my ($first, $most, $late, %children) = (0, 0, 0);
for my $count (0 .. $rounds) {
    edit($count) if $count;
    $late++ unless until_true { GET_BODY($url) eq "$count\n" };
    sleep 0.3; # the interpreter of before ends meanwhile, on most machines
    $children{$_} = 1 for $server->child_pids;
    my $size = $server->child_rss_kb;
    $first = $size if $count == 10;
    $most = $size if $count > 10 && $size > $most;
}
is $late, 0, 'every edit was served';
my $ratio = $most / $first;
cmp_ok $ratio, '<=', 1.1, "at most $most KB after $rounds reloads, $first KB after 10, in " . keys(%children) . ' children';
unlike $server->error_log, qr/PYHOOK00|exit signal/, 'nothing failed';
