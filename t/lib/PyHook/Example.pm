# A page of the documentation as an example that runs: docs/development.md says how its blocks are tagged.
package PyHook::Example;

use strict;
use warnings;

use File::Path qw(make_path);
use POSIX ();
use Test::More ();
use Time::HiRes qw(sleep time);

use PyHook::Config qw(top);
use PyHook::Server;

# What the pages call the directory that holds an example's files, and the server.
use constant { PLACE => '/srv/example', HOST => 'http://localhost' };

my $dots = "\xe2\x80\xa6";
my $made = 0;

sub new {
    my ($class, $page) = @_;
    my $place = top() . "/t/logs/example-$$-" . ++$made;
    make_path($place);
    return bless { blocks => [blocks_of($page)], place => $place }, $class;
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

sub runs { scalar grep { $_->{language} =~ /^(?:apache|console|log|python)$/ } @{ $_[0]{blocks} } }

sub run {
    my ($self) = @_;
    $self->write_files;
    $self->compile_snippets;
    $self->refuse;
    $self->command($_) for map { commands_in($_->{text}) } $self->blocks('console', 'before');
    my $conf = join '', map { $_->{text} } $self->blocks('apache', '');
    return unless $conf || $self->blocks('console', '');
    $self->{server} = PyHook::Server->new(conf => qq(PyHookPath "$self->{place}"\n) . $self->here($conf))->start;
    Test::More::pass('the server starts');
    $self->command($_) for map { commands_in($_->{text}) } $self->blocks('console', '');
    $self->logged($_->{text}) for $self->blocks('log', '');
}

# The blocks of this language and tag; a file is none of them.
sub blocks {
    my ($self, $language, $tag) = @_;
    return grep { $_->{language} eq $language && !$_->{file} && $_->{tag} eq $tag } @{ $self->{blocks} };
}

sub here {
    my ($self, $text) = @_;
    my $place = PLACE;
    return $text =~ s/\Q$place\E\b/$self->{place}/gr;
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

# Python that is no file of the example is still Python.
sub compile_snippets {
    my ($self) = @_;
    for my $block ($self->blocks('python', '')) {
        open my $python, '|-', '/usr/bin/python3', '-c', 'import sys; compile(sys.stdin.read(), "<page>", "exec")'
            or die "python3: $!";
        print $python $block->{text};
        Test::More::ok(close $python, 'a piece of Python compiles') or Test::More::diag($block->{text});
    }
}

# Each configuration tagged `refused` with the message in the text block after it.
sub refuse {
    my ($self) = @_;
    my @blocks = @{ $self->{blocks} };
    for my $index (grep { $blocks[$_]{language} eq 'apache' && $blocks[$_]{tag} eq 'refused' } 0 .. $#blocks) {
        my ($conf, $message) = map { $self->here($_->{text}) } @blocks[$index, $index + 1];
        my ($status, $output) = PyHook::Server->new(conf => $conf)->config_test;
        Test::More::isnt($status, 0, 'the configuration is refused');
        Test::More::like($output, pattern_in($message), 'with this message');
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
    my ($self, $pair) = @_;
    my ($command, $expected) = map { $self->here($_) } @$pair;
    my ($host, $server) = (HOST, $self->{server});
    my $real = $server ? $command =~ s{\Q$host\E(?=/)}{$server->url('')}ger : $command;
    Test::More::like($self->output_of($real), whole_pattern($expected), $pair->[0])
        or Test::More::diag(read_file("$self->{place}/stderr"), $server ? $server->error_log : ());
}

sub output_of {
    my ($self, $command) = @_;
    local $ENV{PATH} = "/usr/bin:/bin:$ENV{PATH}";
    local $ENV{PYTHONPATH} = top() . '/python';
    my $pid = open(my $output, '-|') // die "fork: $!";
    if (!$pid) {
        chdir $self->{place};
        open STDERR, '>', 'stderr';
        exec 'timeout', 60, 'sh', '-c', $command or POSIX::_exit(127);
    }
    local $/;
    my $text = <$output> // '';
    close $output;
    return $text =~ s/\r//gr =~ s/\n*\z/\n/r;
}

# Every line is in the error log, in this order; what follows a response may take a moment.
sub logged {
    my ($self, $text) = @_;
    my $pattern = pattern_in($self->here($text));
    my $deadline = time + 5;
    sleep 0.02 until $self->{server}->error_log =~ $pattern || time > $deadline;
    Test::More::like($self->{server}->error_log, $pattern, 'the error log says so');
}

# "…" stands for any text within a line, and on a line of its own for any lines.
sub line_pattern { join '[^\n]*', map { quotemeta } split /\Q$dots\E/, $_[0], -1 }

sub pattern_in {
    my $lines = join '.*?', map { line_pattern($_) } split /\n/, $_[0];
    return qr/$lines/s;
}

sub whole_pattern {
    my $lines = join '', map { $_ eq $dots ? '(?:[^\n]*\n)*' : line_pattern($_) . '\n' } split /\n/, $_[0] || "\n";
    return qr/\A$lines\z/;
}

sub read_file {
    my ($path) = @_;
    open my $file, '<', $path or die "$path: $!";
    local $/;
    return <$file>;
}

1;
