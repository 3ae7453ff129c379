# The configuration that all test servers share: modules, the base, and the values that t/run puts into the environment.
package PyHook::Config;

use strict;
use warnings;

use Exporter qw(import);
use File::Temp qw(tempdir);

our @EXPORT_OK = qw(httpd mpm top new_directory load_modules mod_python module_line other_module base_template patience pyhook_path fill);

# mod_cgi works in threaded servers too, and unlike mod_cgid adds no process among the children.
my @modules = qw(
    actions alias allowmethods auth_basic auth_digest auth_form authn_core authn_file authn_socache
    authz_core authz_groupfile authz_host authz_user autoindex buffer cache cache_disk cgi dav dav_fs
    deflate dir env expires ext_filter filter headers http2 include info lua mime negotiation proxy
    proxy_balancer proxy_http lbmethod_byrequests ratelimit remoteip reqtimeout request rewrite
    session session_cookie setenvif slotmem_shm socache_shmcb ssl status substitute unique_id
    watchdog
);

sub setting { $ENV{$_[0]} // die "$_[0] is not set: run tests with t/run\n" }

sub httpd { setting('PYHOOK_HTTPD') }
sub mpm   { setting('PYHOOK_MPM') }
sub top   { setting('PYHOOK_TOP') }

# How many seconds a test waits for what has to come: much longer than anything takes, however busy the machine is.
sub patience { 60 }

# Beside the logs. A process number would not do as a name: the same number comes again while tests run.
sub new_directory { my ($kind) = @_; return tempdir("$kind-XXXXXX", DIR => top() . '/t/logs') }

# Leaves out modules that this httpd does not have, or has built in.
sub load_modules {
    my ($mpm, @without) = @_;
    my %without = map { $_ => 1 } @without;
    my $directory = setting('PYHOOK_LIBEXEC');
    my @lines = map { "LoadModule ${_}_module $directory/mod_$_.so\n" }
        grep { -e "$directory/mod_$_.so" } "mpm_$mpm", grep { !$without{$_} } @modules;
    return join '', @lines, 'LoadModule pyhook_module ' . setting('PYHOOK_MODULE') . "\n";
}

# The LoadModule line of a module that few tests want; empty if this httpd does not have it, or has it built in.
sub module_line {
    my ($name) = @_;
    my $path = setting('PYHOOK_LIBEXEC') . "/mod_$name.so";
    return -e $path ? "LoadModule ${name}_module $path\n" : '';
}

# The LoadModule line of our own module for mod_python's sites.
sub mod_python { 'LoadModule python_module ' . setting('PYHOOK_MODULE') =~ s/mod_pyhook\.so$/mod_pyhook_python.so/r . "\n" }

# The LoadModule line of the distribution's module that also starts Python; empty if there is none for the linked
# Python.
sub other_module {
    my ($name, $file) = @_;
    my $path = top() . "/other-modules/$file";
    my ($linked) = map { /libpython(\S+?)\.so/ } `ldd @{[setting('PYHOOK_MODULE')]}`;
    return '' unless -e $path && `ldd $path` =~ /libpython\Q$linked\E\.so/;
    return "LoadModule ${name}_module $path\n";
}

sub base_template {
    open my $file, '<', top() . '/t/conf/base.conf' or die "base.conf: $!";
    local $/;
    return <$file>;
}

# The package, and every topic's directory: a test's handlers are in the module with its name.
sub pyhook_path {
    my %directories = map { s{/[^/]+$}{}r => 1 } glob(top() . '/t/*/*.t');
    return join ' ', map { qq("$_") } top() . '/python', sort keys %directories;
}

sub fill {
    my ($text, %values) = @_;
    $text =~ s/\@(\w+)\@/$values{lc $1} \/\/ die "nothing to put for \@$1\@\n"/ge;
    return $text;
}

1;
