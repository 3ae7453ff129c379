# The loaded libpython is not the one that the module was compiled for: Python does not start, and the log says why.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Test;

plan tests => 2, need { 'a sanitizer comes before all other libraries' => sub { !$ENV{PYHOOK_UNDER} } };

# Replaces the version that CPython reports.
my $place = Apache::Test::vars('t_logs');
replace_file("$place/other_library.c", "const unsigned long Py_Version = 0x030a00f0;\n");
system('cc', '-shared', '-fPIC', '-o', "$place/other_library.so", "$place/other_library.c") == 0 or die "cc: $?";

my $server = PyHook::Server->new(
    children => 1,
    under    => ['env', "LD_PRELOAD=$place/other_library.so"],
    conf     => "PyHookHandler unresolved:page\n",
)->start;
like +(curl($server->url))[1], qr{^HTTP/1\.1 500}, 'what needs Python is refused';
like $server->error_log, qr/PYHOOK0001: Python could not start: mod_pyhook was built for Python 3\.\d+\.\S+, but the libpython that is loaded is 3\.\d+\.\d+.*: build mod_pyhook for that one$/m,
    'the log says why';
