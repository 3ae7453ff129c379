# Several versions of Python in one server: each process runs the Python of its environment.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use PyHook::Server;
use PyHook::Test;

# Those that were copied for tests; nobody can read those in root's home.
my @pythons = grep { system("$_ -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null") == 0 }
    glob(($ENV{TMPDIR} // '/tmp') . '/pyhook-pythons/*/bin/python3');
plan skip_all => 'there is no other Python that the server may run: ./check --all-pythons copies those that it finds' unless @pythons;
plan tests => 2 * @pythons + 1;

my $root = Apache::Test::vars('t_logs') . '/processes_python';
mkdir $root or die "$root: $!";
my $conf = "PyHookProcesses own\nPyHookWSGIAlias /own processes_apps:who\n<Location /own>\n    PyHookRunIn own\n</Location>\n";
for my $number (0 .. $#pythons) {
    system($pythons[$number], '-m', 'venv', '--without-pip', "$root/venv$number") == 0 or die "venv: $?";
    $conf .= "PyHookProcesses venv$number home=$root/venv$number\nPyHookWSGIAlias /venv$number processes_apps:who\n"
        . "<Location /venv$number>\n    PyHookRunIn venv$number\n</Location>\n";
}
my $server = PyHook::Server->new(conf => $conf, children => 1)->start;

sub python_of { (split /\n/, GET_BODY($server->url("/$_[0]")))[-1] }

my $version = `python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])'` =~ s/\n//r;
like python_of('own'), qr/^\Q$version\E /, 'without home= it is the linked one';
for my $number (0 .. $#pythons) {
    my $wanted = `$pythons[$number] -c 'import sys; print("%d.%d" % sys.version_info[:2])'` =~ s/\n//r;
    my ($found, $prefix) = split / /, python_of("venv$number");
    is $found, $wanted, "Python $wanted";
    is $prefix, "$root/venv$number", 'and its environment';
}
