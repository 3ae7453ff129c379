# The Python part of an installation that is not there, or closed to the server's user: the log says which directory that is.
use strict;
use warnings;

use File::Path qw(remove_tree);
use File::Temp qw(tempdir);

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_RC);
use PyHook::Config qw(new_directory);
use PyHook::Server;
use PyHook::Test qw(write_file);

sub read_file {
    my ($path) = @_;
    open my $file, '<:raw', $path or die "$path: $!";
    local $/;
    return <$file>;
}

# A module that was built for another place, as a package's is.
my $module = read_file($ENV{PYHOOK_MODULE});
my ($built) = grep { !m{/bin/} } $module =~ m{\0(/[^\0\n]+/python)(?=\0)}g;
my $place = tempdir('/tmp/pXXXXXX', CLEANUP => 1);
plan tests => 5, need { "a directory of the build's with a longer name than $place" => defined $built && length $place <= length $built };

sub log_of {
    my $root = new_directory('module');
    write_file("$root/mod_pyhook.so", $module =~ s{\0\Q$built\E\0}{"\0" . $place . "\0" x (1 + length($built) - length($place))}er);
    local $ENV{PYHOOK_MODULE} = "$root/mod_pyhook.so";
    my $server = PyHook::Server->new(children => 1, conf => "PyHookHandler package:page\n");
    # The suite's PyHookPath would have the package.
    write_file($server->configuration, read_file($server->configuration) =~ s/^PyHookPath .*/PyHookPath "$root"/mr);
    $server->start;
    is GET_RC($server->url), 500, 'nothing is served';
    $server->stop;
    return $server->error_log;
}

my $part = qr{PYHOOK0001: Python could not start: \Q$place\E/pyhook, the Python part of mod_pyhook,};
like log_of(), qr{$part is not there: install it anew\n.*No module named 'pyhook}s, 'the package is not there';
mkdir "$place/pyhook" or die "mkdir: $!";
write_file("$place/pyhook/__init__.py", '');
chmod 0, "$place/pyhook";
my $log = log_of();
like $log, qr{$part can't be read by the server's user: let that user read it}, 'it is closed';
is scalar(() = $log =~ /PYHOOK0001/g), 1, 'one entry says so';
chmod 0755, "$place/pyhook";
