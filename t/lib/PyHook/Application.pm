# A real application in its own server: its configuration, its data, and commands that are its clients.
#
#   my $application = PyHook::Application->new('flask', modules => ['flask'], commands => ['curl']);
#   $application->start;
#   $application->succeeds('hg', 'clone', $application->url('/'), 'copy');
#
# t/apps/NAME/httpd.conf is the configuration: @app@ is that directory, @place@ a new one for data, where commands run
# too. A test whose application is not installed is skipped.
package PyHook::Application;

use strict;
use warnings;

use File::Path qw(remove_tree);
use POSIX ();
use Test::More ();

use PyHook::Config qw(new_directory top);
use PyHook::Server;

sub new {
    my ($class, $name, %needs) = @_;
    my $self = bless {
        app   => top() . "/t/apps/$name",
        place => new_directory($name),
        owner => $$,
    }, $class;
    $self->set_environment(
        HOME                    => $self->{place},
        LC_ALL                  => 'C.UTF-8',
        PYTHONPATH              => $self->{app},
        PYTHONDONTWRITEBYTECODE => 1,
    );
    if (my $reason = $self->missing(%needs)) {
        undef $self;
        Test::More::plan(skip_all => $reason);
    }
    return $self;
}

# Debian's packages that are not named as their module.
my %packages = (channels => 'python3-django-channels');

# Debian's packages are for Debian's Python: another one does not find them.
sub missing {
    my ($self, %needs) = @_;
    for my $command (@{ $needs{commands} // [] }) {
        return "there is no command $command" unless grep { -x "$_/$command" } split /:/, $ENV{PATH};
    }
    for my $module (@{ $needs{httpd} // [] }) {
        return "httpd has no mod_$module" unless -e "$ENV{PYHOOK_LIBEXEC}/mod_$module.so";
    }
    for my $module (@{ $needs{modules} // [] }) {
        my ($status) = $self->run('python3', '-c', "import $module");
        next unless $status;
        my (undef, $python) = $self->run('python3', '-c', 'import sys; print(sys.executable, end="")');
        my $package = $packages{$module} // "python3-$module";
        return "$python has no module $module: install $package, for Debian's Python";
    }
    return '';
}

sub place { join '/', $_[0]{place}, @_[1 .. $#_] }
sub url   { $_[0]{server}->url($_[1]) }

# The environment of commands from now on.
sub set_environment {
    my ($self, %more) = @_;
    $self->{environment} = { %{ $self->{environment} // {} }, %more };
}

# More configuration may follow that of the application.
sub start {
    my ($self, $more) = @_;
    my $conf = (read_file("$self->{app}/httpd.conf") . ($more // '')) =~ s/\@(app|place)\@/$self->{$1}/gr;
    $self->{server} = PyHook::Server->new(conf => $conf)->start;
    return $self;
}

# (exit status, standard output); standard error is in the file `stderr` of the place.
sub run {
    my ($self, @command) = @_;
    local %ENV = (%ENV, %{ $self->{environment} });
    my $pid = open(my $output, '-|') // die "fork: $!";
    if (!$pid) {
        chdir $self->{place};
        open STDERR, '>', 'stderr';
        exec 'timeout', 60, @command or POSIX::_exit(127);
    }
    local $/;
    my $text = <$output> // '';
    close $output;
    return ($? >> 8, $text);
}

# A preparing command, without which nothing can go on; returns its output.
sub succeeds {
    my ($self, @command) = @_;
    my ($status, $output) = $self->run(@command);
    die "@command: $status\n$output" . read_file($self->place('stderr')) . $self->errors if $status;
    return $output;
}

# Does a command succeed? If not, shows its output and the server's log.
sub works {
    my ($self, @command) = @_;
    my ($status, $output) = $self->run(@command);
    Test::More::diag("@command: $status\n$output" . read_file($self->place('stderr')) . $self->errors) if $status;
    return $status == 0;
}

# curl with cookies. A word that starts with a slash is a path of the server; the answer includes the head.
sub curl {
    my ($self, @words) = @_;
    my @cookies = map { $_, $self->place('cookies') } '-b', '-c';
    return ($self->run('curl', '-sS', '-i', @cookies, map { m{^/} ? $self->url($_) : $_ } @words))[1] =~ s/\r\n/\n/gr;
}

# The bytes of a path of the server.
sub download { $_[0]->succeeds('curl', '-sS', '--fail', $_[0]->url($_[1])) }

# The errors in the error log.
sub errors {
    my ($self) = @_;
    return '' unless $self->{server};
    return join '', grep { /:(?:error|crit|alert|emerg)\]/ } split /^/, $self->{server}->error_log;
}

sub write_file {
    my ($self, $name, $text) = @_;
    open my $file, '>', $self->place($name) or die "$name: $!";
    print $file $text;
    close $file or die "$name: $!";
    return $self->place($name);
}

sub read_file {
    my ($path) = @_;
    open my $file, '<', $path or return '';
    local $/;
    return <$file> // '';
}

sub DESTROY {
    my ($self) = @_;
    return unless $self->{owner} == $$;
    local ($?, $@);
    delete $self->{server};
    remove_tree($self->{place});
}

1;
