# Reloads do not make children grow. Where CPython keeps memory of an interpreter that has ended, children end in time
# and are replaced. PYHOOK_LONG=1 makes a hundred reloads instead of twenty.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use File::Path qw(make_path);
use PyHook::Test;
use Time::HiRes qw(time);

my $rounds = $ENV{PYHOOK_LONG} ? 100 : 20;
plan tests => 8, need { 'what watches the server takes memory, too' => \&memory_tells };

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

# A child does not leave in its first three seconds, in which a quick machine reloads a dozen times.
my %seen;
sub children_may_leave {
    my ($server) = @_;
    $seen{$_} //= time for $server->child_pids;
    return !grep { time - $seen{$_} < 3.5 } $server->child_pids;
}

# The peak of the first five reloads shows how large a child must be, with two generations in it for a moment.
sub reload {
    my ($kind) = @_;
    edit(0);
    my $conf = <<"END";
PyHookPath "$place"
PyHookInterpreter shop $kind
PyHookRunIn shop
PyHookReload On
PyHookHandler reload_size:show
END
    SKIP: {
        my ($status) = config_test($conf);
        skip 'gil=own needs Python 3.13 or later', 4 if $status;
        my $server = PyHook::Server->new(children => 1, conf => $conf)->start;
        my $url = $server->url('/');
        my ($first, $most, $late, %children) = (0, 0, 0);
        for my $count (0 .. $rounds) {
            $late++ unless until_true { children_may_leave($server) };
            edit($count) if $count;
            $late++ unless until_true { GET_BODY($url) eq "$count\n" };
            $children{$_} = 1 for $server->child_pids;
            my $peak = $server->child_peak_kb;
            $first = $peak if $count <= 5 && $peak > $first;
            $most = $peak if $peak > $most;
            $late++ unless until_true { !grep { /^(|pyhook end|pyhook recycle)$/ } $server->child_threads };
        }
        ok until_true { grep { $_ eq 'pyhook reload' } $server->child_threads }, 'threads have names';
        is $late, 0, "$kind: every edit was served, and what it replaced has ended";
        cmp_ok $most, '<=', 1.25 * $first, # a leak of half a megabyte for each reload is more
            "at most $most KB in $rounds reloads, $first KB in five, in " . keys(%children) . ' children';
        unlike $server->error_log, qr/PYHOOK00|exit signal/, 'nothing failed';
    }
}

reload($_) for 'gil=shared', 'gil=own count=2';
