# Virtual environments: the process's, by any path into it, and one of an interpreter's own.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use PyHook::Test;

plan tests => 13;

my $root = Apache::Test::vars('t_logs') . '/environments';
mkdir $root or die "$root: $!";

# An environment whose `colour` module comes from a directory that a .pth file names.
sub make_environment {
    my ($name) = @_;
    my $home = "$root/$name";
    system('python3', '-I', '-m', 'venv', '--without-pip', $home) == 0 or die "venv: $?";
    my ($packages) = glob "$home/lib/python3*/site-packages";
    mkdir "$home/more" or die "$home/more: $!";
    write_file("$home/more/colour.py", "name = '$name'\n");
    write_file("$packages/more.pth", "$home/more\n");
    return $home;
}

sub write_file {
    my ($path, $text) = @_;
    open my $file, '>', $path or die "$path: $!";
    print $file $text;
    close $file or die "$path: $!";
}

my ($red, $blue) = map { make_environment($_) } qw(red blue);
my ($library) = glob "$red/lib/python3*";

my $server = PyHook::Server->new(children => 1, conf => <<"CONF")->start;
PyHookHome $red
PyHookInterpreter other home=$blue
<Location />
    PyHookHandler environments:show
</Location>
<Location /other>
    PyHookRunIn other
</Location>
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

for my $path ("$red/", "$red/bin/python", "$red/bin/python3", "$red/lib", $library) {
    is +(config_test("PyHookHome $path"))[0], 0, "an environment is found by " . ($path =~ s/^\Q$root\E//r);
}
