# A server of one test, for tests that would disturb the others: restarts, crashes, odd limits.
#
#   my $server = PyHook::Server->new(conf => $text, mpm => 'prefork', children => 1);
#   $server->start;
#   GET $server->url('/path');
#
# It has the base configuration of the suite's server; `without => ['rewrite']` leaves mod_rewrite out, and `path => …`
# puts a directory first on PyHookPath. The server ends with the object. `under => ['strace', …]` is a command that
# starts it. In `conf`, @port2@ is its second port.
package PyHook::Server;

use strict;
use warnings;

use POSIX ();
use Time::HiRes qw(sleep time);

use PyHook::Config qw(base_template fill httpd load_modules mpm new_directory patience pyhook_path top);
use PyHook::Ports qw(claim_ports);

sub new {
    my ($class, %wanted) = @_;
    my $self = bless {
        mpm   => mpm(),
        conf  => '',
        port  => claim_ports(),
        root  => new_directory('server'),
        owner => $$,
        without => [],
        under   => [],
        %wanted,
    }, $class;
    $self->write_configuration;
    return $self;
}

sub write_configuration {
    my ($self) = @_;
    my %values = (
        port         => $self->{port},
        port2        => $self->{port} + 1,
        serverroot   => $self->{root},
        documentroot => top() . '/t/htdocs',
        t_logs       => $self->{root},
        t_conf       => top() . '/t/conf',
        t_pid_file   => "$self->{root}/httpd.pid",
        pyhook_path  => join(' ', $self->{path} // (), pyhook_path()),
    );
    open my $file, '>', $self->configuration or die $self->configuration . ": $!";
    print $file load_modules($self->{mpm}, @{ $self->{without} }), fill(base_template(), %values),
        "ServerName 127.0.0.1:$self->{port}\n", $self->limits, fill($self->{conf}, %values);
    close $file or die $self->configuration . ": $!";
}

# Directives that keep the number of children that the test wants; later lines win.
sub limits {
    my ($self) = @_;
    my $children = $self->{children} or return '';
    return "StartServers $children\nMinSpareServers 1\nMaxSpareServers $children\n"
        . "MaxRequestWorkers $children\n" if $self->{mpm} eq 'prefork';
    my $threads = 16 * $children;
    return "StartServers $children\nMinSpareThreads 1\nMaxSpareThreads $threads\n"
        . "MaxRequestWorkers $threads\n";
}

sub configuration { "$_[0]{root}/httpd.conf" }
sub parent_pid    { $_[0]{pid} }
sub port          { $_[0]{port} }
sub url           { "http://127.0.0.1:$_[0]{port}" . ($_[1] // '/') }

# Exit status and output of httpd's own check of the configuration.
sub config_test {
    my ($self) = @_;
    my $output = join '', $self->_output_of('-t');
    return ($? >> 8, $output);
}

# The same server, with another configuration from now on.
sub with_conf {
    my ($self, $conf) = @_;
    $self->{conf} = $conf;
    $self->write_configuration;
    return $self;
}

# A module's directives, as httpd lists them: name => where it is allowed.
sub directives {
    my ($self, $module) = @_;
    my $list = join '', $self->_output_of('-L');
    return $list =~ /^(\S+) \(\Q$module\E\)\n.*\n\s+(.*)\n/mg;
}

# In a separate session: httpd stops by a signal to its whole process group.
sub start {
    my ($self) = @_;
    $self->{pid} = fork // die "fork: $!";
    if (!$self->{pid}) {
        POSIX::setsid();
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', "$self->{root}/error_log";
        open STDERR, '>&', \*STDOUT;
        exec @{ $self->{under} }, $self->command('-DFOREGROUND') or POSIX::_exit(127);
    }
    $self->_until(sub { $self->generations >= 1 }) or die "server did not start:\n" . $self->error_log;
    return $self;
}

# When the event MPM is told to stop at once, it looks at sockets that its workers are closing at that moment, and
# sometimes crashes (httpd 2.4.71, close_worker_sockets). Therefore its children end gracefully first. The parent would
# check only every second whether they have; the second signal wakes it.
sub stop {
    my ($self) = @_;
    if ($self->{pid} && $self->{mpm} eq 'event') {
        kill WINCH => $self->{pid};
        $self->_until(sub { !$self->child_pids }, 5);
    }
    $self->terminate;
}

# Stops at once. Under the event MPM only while no connection is being closed, for the reason above.
sub terminate {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    kill TERM => $pid;
    return if $self->_until(sub { waitpid($pid, POSIX::WNOHANG()) != 0 }, 15);
    kill KILL => -$pid;
    waitpid $pid, 0;
    die "server did not stop:\n" . $self->error_log;
}

sub graceful { $_[0]->_new_generation('USR1') }
sub restart  { $_[0]->_new_generation('HUP') }

sub error_log {
    my ($self) = @_;
    return _text_of("$self->{root}/error_log");
}

# The same once the pattern is in it; after the deadline the log then.
sub log_when {
    my ($self, $pattern) = @_;
    $self->_until(sub { $self->error_log =~ $pattern });
    return $self->error_log;
}

# The supervisor of worker processes is a child of httpd, but serves nobody.
sub child_pids {
    my ($self) = @_;
    return grep { _text_of("/proc/$_/comm") !~ /^pyhook-super/ } $self->_all_child_pids;
}

sub supervisor_pid {
    my ($self) = @_;
    return (grep { _text_of("/proc/$_/comm") =~ /^pyhook-super/ } $self->_all_child_pids)[0];
}

# The worker processes whose PyHookProcesses line has this name.
sub worker_pids {
    my ($self, $group) = @_;
    my $supervisor = $self->supervisor_pid or return;
    return grep { _text_of("/proc/$_/cmdline") =~ /group=$group\0/ } _children_of($supervisor);
}

sub _all_child_pids { _children_of($_[0]{pid}) }

sub _children_of {
    my ($parent) = @_;
    return grep { _parent_of($_) == $parent } map { m{/(\d+)$} } glob '/proc/[0-9]*';
}

sub parent_rss_kb { _memory_kb('VmRSS', $_[0]{pid}) }
sub child_peak_kb { _memory_kb('VmHWM', $_[0]->child_pids) }

# The names of the threads of all children; empty for one that ends meanwhile, and may have started another.
sub child_threads {
    my ($self) = @_;
    return map { _text_of("$_/comm") =~ s/\n//r } map { glob "/proc/$_/task/*" } $self->child_pids;
}

# How often the server has logged that it is ready.
sub generations { scalar(() = $_[0]->error_log =~ /resuming normal operations/g) }

sub command {
    my ($self, @more) = @_;
    return (httpd(), '-d', $self->{root}, '-f', $self->configuration, @more);
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $@);
    $self->stop if $self->{owner} == $$;
}

# Waits until the children of the old generation have ended: they share the listening socket with the new ones, and one
# that has not yet seen the restart would answer the test's next request.
sub _new_generation {
    my ($self, $signal) = @_;
    my $before = $self->generations;
    my @old    = $self->child_pids;
    kill $signal => $self->{pid};
    $self->_until(sub { $self->generations > $before && !grep { _parent_of($_) == $self->{pid} } @old })
        or die "no new generation after $signal:\n" . $self->error_log;
    return $self;
}

sub _until {
    my ($self, $done, $seconds) = @_;
    my $deadline = time + ($seconds // patience());
    until ($done->()) {
        return 0 if time > $deadline;
        sleep 0.02;
    }
    return 1;
}

sub _output_of {
    my ($self, @options) = @_;
    my $pid = open(my $output, '-|') // die "fork: $!";
    if (!$pid) {
        open STDERR, '>&', \*STDOUT;
        exec $self->command(@options) or POSIX::_exit(127);
    }
    my @lines = <$output>;
    close $output;
    return @lines;
}

sub _parent_of {
    my ($pid) = @_;
    return _text_of("/proc/$pid/stat") =~ /\) [^Z] (\d+) / ? $1 : 0; # a zombie has ended
}

# Of the first process; 0 if there is none any more.
sub _memory_kb {
    my ($what, $pid) = @_;
    return $pid && _text_of("/proc/$pid/status") =~ /^$what:\s+(\d+)/m ? $1 : 0;
}

# Returns nothing if there is no such file, or no such process any more.
sub _text_of {
    my ($path) = @_;
    open my $file, '<', $path or return '';
    local $/;
    return <$file> // '';
}

1;
