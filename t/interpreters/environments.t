# Virtual environments: the one of the process, by any path into it, and those of interpreters. Each has the values that
# its own python has.
use strict;
use warnings;

use JSON::PP qw(decode_json);

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY GET_RC);
use PyHook::Test qw(:DEFAULT write_file);

plan tests => 8 + 3 * 10 + 2 + 7 + 3;

my $root = Apache::Test::vars('t_logs') . '/environments';
mkdir $root or die "$root: $!";

# An environment whose `colour` module comes from a directory that a .pth file names, and that notes what it runs.
# Debian's own sitecustomize comes first.
sub make_environment {
    my ($name, @options) = @_;
    my $home = "$root/$name";
    system('python3', '-I', '-m', 'venv', '--without-pip', @options, $home) == 0 or die "venv: $?";
    my ($packages) = glob "$home/lib/python3*/site-packages";
    for my $directory (qw(more inserted)) {
        mkdir "$home/$directory" or die "$home/$directory: $!";
    }
    write_file("$home/more/colour.py", "name = '$name'\n");
    write_file("$home/inserted/inserted_$name.py", '');
    write_file("$packages/more.pth", "$home/more\n");
    write_file("$packages/run.pth", "import run_$name\n");
    write_file("$packages/run_$name.py", noting("$name .pth") . "sys.path.insert(0, '$home/inserted')\n");
    write_file("$packages/sitecustomize.py", noting("$name sitecustomize"));
    return $home;
}

sub noting { "import sys\nsys.ran = [*getattr(sys, 'ran', []), '$_[0]']\n" }

# As setuptools makes it for an editable installation: a finder, which a .pth file installs.
sub add_finder {
    my ($home) = @_;
    my ($packages) = glob "$home/lib/python3*/site-packages";
    mkdir "$home/edited" or die "$home/edited: $!";
    write_file("$home/edited/editable.py", '');
    write_file("$packages/finder.pth", "import editable_finder\n");
    write_file("$packages/editable_finder.py", <<"END");
import sys
from importlib.machinery import PathFinder

class Finder:
    def find_spec(name, path=None, target=None):
        return PathFinder.find_spec(name, ['$home/edited']) if name == 'editable' else None

sys.meta_path.append(Finder)
END
}

# The values of the environment's own python.
sub said_by_own {
    my ($home) = @_;
    my $script = PyHook::Config::top() . '/t/interpreters/environments_facts.py';
    open my $output, '-|', "$home/bin/python3", '-I', '-X', 'utf8', $script or die "$home/bin/python3: $!";
    local $/;
    return decode_json(<$output>);
}

# The same for an interpreter, whose path begins with the directories of the configuration.
sub said_by_server {
    my ($url) = @_;
    my $said = decode_json(GET_BODY($url));
    my ($last) = reverse grep { $said->{path}[$_] =~ m{/python$} } 0 .. $#{ $said->{path} };
    splice @{ $said->{path} }, 0, $last + 1;
    return $said;
}

my ($red, $blue) = map { make_environment($_) } qw(red blue);
my $grey = make_environment('grey', '--system-site-packages');
my ($library) = glob "$red/lib/python3*";
add_finder($red);

# CPython reads a key by its whole name.
replace_file("$blue/pyvenv.cfg", "version_comment = 9.9.9\n" . do { local (@ARGV, $/) = "$blue/pyvenv.cfg"; <> });

my $server = PyHook::Server->new(children => 1, conf => <<"CONF")->start;
PyHookHome $red
PyHookInterpreter other home=$blue
PyHookInterpreter grey home=$grey
<Location />
    PyHookHandler environments:show
</Location>
<Location /facts>
    PyHookHandler environments:facts
</Location>
<Location /importable>
    PyHookHandler environments:importable
</Location>
<LocationMatch "/other\$">
    PyHookRunIn other
</LocationMatch>
<LocationMatch "/grey\$">
    PyHookRunIn grey
</LocationMatch>
CONF
my @main = split /\n/, GET_BODY($server->url('/'));
is $main[0], $red, 'sys.prefix is the environment';
like $main[1], qr{^\Q$red\E/bin/python}, 'sys.executable is in it';
is $main[2], 'red', 'its .pth files are read';
is $main[3], 'utf-8', 'text is UTF-8';
is $main[4], 1, 'UTF-8 mode is on';
my @other = split /\n/, GET_BODY($server->url('/other'));
is $other[0], $blue, 'home= gives an interpreter an environment of its own';
like $other[1], qr{^\Q$blue\E/bin/python}, '… its executable';
is $other[2], 'blue', '… and its packages, not those of the process';

# [place, environment]: all that its own python says about itself.
for (['', $red], ['/other', $blue], ['/grey', $grey]) {
    my ($place, $home) = @$_;
    my ($name) = $home =~ m{([^/]+)$};
    my $own = said_by_own($home);
    my $here = said_by_server($server->url("/facts$place"));
    is_deeply $here->{$_}, $own->{$_}, "$name: $_" for sort keys %$own;
}

# An interpreter's environment has nothing of the environment of the process.
my $all = 'editable,inserted_red,inserted_blue';
is GET_BODY($server->url("/importable?$all")), 'editable,inserted_red', 'what .pth files of the environment put there is found';
is GET_BODY($server->url("/importable/other?$all")), 'inserted_blue', '… in that environment only';

# [a path into the environment, its name].
my $python = "$red/bin/python";
for my $path ($red, "$red/", "$red/bin", $python, "${python}3", "$red/lib", $library) {
    my $called = $path =~ s/^\Q$root\E//r;
    is +(config_test("PyHookHome $path"))[0], 0, "an environment is found by $called";
}
for my $path ("$red/bin", $python, "$red/lib") {
    my $of_path = PyHook::Server->new(children => 1, conf => "PyHookHome $path\nPyHookHandler environments:show\n")->start;
    is +(split /\n/, GET_BODY($of_path->url('/')))[0], $red, 'sys.prefix by ' . ($path =~ s/^\Q$root\E//r);
}
