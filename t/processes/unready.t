# What the error log has about processes that cannot start.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_RC);
use PyHook::Server;
use PyHook::Test qw(:DEFAULT write_file);

plan skip_all => 'Valgrind would follow into every process' if ($ENV{PYHOOK_UNDER} // '') eq 'memcheck';
plan tests => 6;

my $server = PyHook::Server->new(children => 1);
my $root = $server->{root};
write_file("$root/says_nothing.py", "import os\n\nos.write(4, b'E' + b'\\n' * 7000 + b'why\\n' + b'\\n' * 7000)\nos._exit(5)\n");
write_file("$root/says_much.py", "import os\n\nos.write(4, b'E' + b'much\\n' * 2000)\nos._exit(5)\n");
$server->with_conf(<<"CONF")->start;
PyHookProcesses narrow address-space=200M threads=100
PyHookProcesses nothing path=$root import=says_nothing
PyHookProcesses much path=$root import=says_much
CONF

sub entry {
    my ($name) = @_;
    my $log;
    until_true { ($log = $server->error_log) =~ /PYHOOK0081: process $name/ };
    my ($pid, $entry) = $log =~ /\[pid (\d+)\] (PYHOOK0081: process $name.*\n(?:.*\[pid \g1\] \| .*\n)*)/;
    return $entry // '';
}

SKIP: {
    skip 'without a GIL, threading.Thread.start waits for ever for a thread that found no memory', 2 if has_no_gil();
    my $narrow = entry('narrow');
    like $narrow, qr/ended with exit status 70 after \d+ s, before it was ready: 100 threads do not fit into address-space=200M: write a larger address-space=, or a smaller threads=\n/, 'an address space that is too small';
    is $narrow =~ tr/\n//, 1, 'is a line';
}
unlike $server->error_log, qr/Traceback/, 'and no traceback';

my $nothing = entry('nothing');
like $nothing, qr/\| why\n/, 'a reason with many blank lines';
is $nothing =~ tr/\n//, 2, 'has them no more';
cmp_ok entry('much') =~ tr/\n//, '<', 400, 'a reason of many lines is cut off';
