# Runs a page of the documentation as an example: docs/development.md says how its blocks are tagged.
package PyHook::Example;

use strict;
use warnings;

use File::Path qw(make_path);
use POSIX ();
use Time::HiRes qw(sleep time);

use PyHook::Config qw(new_directory top);
use PyHook::Server;

# The pages' names for the directory of an example's files, and for the server.
use constant { PLACE => '/srv/example', HOST => 'http://localhost' };

my $dots = "\xe2\x80\xa6";

# `conf` is added to the configuration of the page.
sub new {
    my ($class, $page, $conf) = @_;
    return bless { blocks => [blocks_of($page)], place => new_directory('example'), conf => $conf // '' }, $class;
}

# Its fenced blocks: language, tag, text, and `file` if the tag names one.
sub blocks_of {
    my ($page) = @_;
    my $text = read_file($page);
    my @blocks;
    while ($text =~ /^```(\w*)[ \t]*([^\n]*)\n(.*?)^```/gms) {
        my ($language, $tag, $content) = ($1, $2, $3);
        my ($file) = $tag =~ /\bfile=(\S+)/;
        push @blocks, { language => $language, tag => $tag, text => $content, file => $file };
    }
    return @blocks;
}

# Does one of its blocks contain the pattern?
sub says { my ($self, $pattern) = @_; return scalar grep { $_->{text} =~ $pattern } @{ $self->{blocks} } }

sub runs { scalar grep { $_->{language} =~ /^(?:apache|console|log|python)$/ } @{ $_[0]{blocks} } }

# Does the linked Python, which may not be the distribution's, have all packages that the page asks its readers to
# install?
sub can_run {
    my ($self) = @_;
    my @modules = map { $_->{text} =~ /\bpython3-(\w+)/g } $self->blocks('sh', 'packages');
    return !@modules || system('python3', '-c', 'import ' . join(', ', @modules)) == 0;
}

# Everything that the page says and the server does not do: a text for each, none if all is well.
sub problems {
    my ($self) = @_;
    $self->{problems} = [];
    eval { $self->run; 1 } or push @{ $self->{problems} }, $@;
    return @{ $self->{problems} };
}

sub run {
    my ($self) = @_;
    $self->write_files;
    $self->compile($_->{text}) for $self->blocks('python', '');
    $self->refuse;
    $self->command(@$_) for map { commands_in($_->{text}) } $self->blocks('console', 'before');
    my $host = HOST;
    my $conf = join '', map { $_->{text} =~ s{\Q$host\E\b}{http://127.0.0.1:\@port\@}gr } $self->blocks('apache', '');
    return unless $conf || $self->blocks('console', '');
    $self->{server} = PyHook::Server->new(conf => qq(PyHookPath "$self->{place}"\n) . $self->here($conf) . $self->{conf})->start;
    $self->command(@$_) for map { commands_in($_->{text}) } $self->blocks('console', '');
    $self->logged($_->{text}) for $self->blocks('log', '');
    delete $self->{server};
}

sub expect {
    my ($self, $what, $text, $pattern) = @_;
    return if $text =~ $pattern;
    push @{ $self->{problems} }, "$what; there was:\n$text" . ($self->{server} ? said_by($self->{server}) : '');
}

# The blocks with this language and tag that are not files.
sub blocks {
    my ($self, $language, $tag) = @_;
    return grep { $_->{language} eq $language && !$_->{file} && $_->{tag} eq $tag } @{ $self->{blocks} };
}

sub here {
    my ($self, $text) = @_;
    my $place = PLACE;
    my $modules = top();
    return $text =~ s/\Q$place\E\b/$self->{place}/gr =~ s{^LoadModule python_module \K/usr/lib/apache2/modules}{$modules}mr;
}

sub write_files {
    my ($self) = @_;
    for my $block (grep { $_->{file} } @{ $self->{blocks} }) {
        my $path = "$self->{place}/$block->{file}";
        make_path($path =~ s{/[^/]+$}{}r);
        open my $file, '>', $path or die "$path: $!";
        print $file $self->here($block->{text});
        close $file or die "$path: $!";
    }
}

# Python code that is no file of the example must compile too.
sub compile {
    my ($self, $text) = @_;
    open my $python, '|-', '/usr/bin/python3', '-c', 'import sys; compile(sys.stdin.read(), "<page>", "exec")'
        or die "python3: $!";
    print $python $text;
    close $python or push @{ $self->{problems} }, "this does not compile:\n$text";
}

# Each configuration tagged `refused`, with the message in the text block after it.
sub refuse {
    my ($self) = @_;
    my @blocks = @{ $self->{blocks} };
    for my $index (grep { $blocks[$_]{language} eq 'apache' && $blocks[$_]{tag} eq 'refused' } 0 .. $#blocks) {
        my ($conf, $message) = map { $self->here($_->{text}) } @blocks[$index, $index + 1];
        my ($status, $output) = PyHook::Server->new(conf => $conf)->config_test;
        $self->expect("this should be refused:\n$conf", $status ? $output : 'nothing', pattern_in($message));
    }
}

# [command, the output below it] for each "$ command"; a backslash at a line's end continues it.
sub commands_in {
    my ($text) = @_;
    my @commands;
    $text =~ s/\\\n\s*//g;
    for my $line (split /^/, $text) {
        if ($line =~ /^\$ (.*)/) { push @commands, [$1, ''] }
        else                     { $commands[-1][1] .= $line }
    }
    return @commands;
}

sub command {
    my ($self, $command, $expected) = @_;
    my ($host, $server) = (HOST, $self->{server});
    my $real = $self->here($command);
    $real =~ s{\Q$host\E(?=/)}{$server->url('')}ge if $server;
    my $output = $self->output_of($real) =~ s{http://127\.0\.0\.1:\d+}{$host}gr;
    $self->expect("$command should print:\n$expected", $output, whole_pattern($self->here($expected)));
}

# The lines of the error log that a normal start does not have.
sub said_by { join '', grep { /\[pyhook:|:(?:error|crit)\]/ } split /^/, $_[0]->error_log }

sub output_of {
    my ($self, $command) = @_;
    # An environment is for the Python that the module is linked with; pytest is the distribution's.
    local $ENV{PATH} = ($command =~ /-m venv/ ? top() . '/bin:' : '') . "/usr/bin:/bin:$ENV{PATH}";
    local $ENV{PYTHONPATH} = top() . '/python';
    local $ENV{PYTHONDONTWRITEBYTECODE} = 1;
    my $pid = open(my $output, '-|') // die "fork: $!";
    if (!$pid) {
        chdir $self->{place};
        open STDERR, '>', 'stderr';
        exec 'timeout', 60, 'sh', '-c', $command or POSIX::_exit(127);
    }
    local $/;
    my $text = <$output> // '';
    close $output;
    return $text =~ s/\r//gr =~ s/(?<=[^\n])\n*\z/\n/r;
}

# Every line is in the error log, in this order; a line after a response may take a moment.
sub logged {
    my ($self, $text) = @_;
    my $pattern = pattern_in($self->here($text));
    my $deadline = time + 60;
    sleep 0.02 until $self->{server}->error_log =~ $pattern || time > $deadline;
    $self->expect("the error log should have:\n$text", $self->{server}->error_log, $pattern);
}

# "…" matches any text within a line, and on a line of its own any lines.
sub line_pattern { join '[^\n]*', map { quotemeta } split /\Q$dots\E/, $_[0], -1 }

sub pattern_in {
    my $lines = join '.*?', map { line_pattern($_) } split /\n/, $_[0];
    return qr/$lines/s;
}

sub whole_pattern {
    my $lines = join '', map { $_ eq $dots ? '(?:[^\n]*\n)*' : line_pattern($_) . '\n' } split /\n/, $_[0];
    return qr/\A$lines\z/;
}

sub read_file {
    my ($path) = @_;
    open my $file, '<', $path or die "$path: $!";
    local $/;
    return <$file>;
}

1;
