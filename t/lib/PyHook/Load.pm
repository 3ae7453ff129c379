# Clients that keep asking while a test does something to the server.
#
#   my $seen = while_loaded($server, sub { $server->graceful });
#
# The function gets another one: how many answers there were until then, or how many with a text that matches a pattern.
# The result: how many answers there were, each different text as a key, and which requests failed.
package PyHook::Load;

use strict;
use warnings;

use Exporter 'import';
use File::Temp;
use POSIX ();

use Apache::TestRequest qw(GET);

our @EXPORT_OK = qw(while_loaded);

my $clients = 3;

sub while_loaded {
    my ($server, $work) = @_;
    my $told = File::Temp->new; # a line for each request
    my @clients = map { start_client($server->url('/'), $told->filename) } 1 .. $clients;
    $work->(sub {
        my ($pattern) = (@_, qr//);
        return scalar grep { /^200 (.*)/ && $1 =~ $pattern } lines_of($told->filename);
    });
    kill TERM => @clients;
    waitpid $_, 0 for @clients;
    my %seen = (answers => 0, texts => {}, failures => []);
    for (lines_of($told->filename)) {
        if (s/^200 //) { $seen{answers}++; $seen{texts}{$_} = 1 }
        else           { push @{ $seen{failures} }, $_ }
    }
    return \%seen;
}

sub lines_of {
    my ($path) = @_;
    open my $file, '<', $path or die "$path: $!";
    chomp(my @lines = <$file>);
    return @lines;
}

# Sends one request after the other until it is told to stop, or the test has been killed. Writes a line for each that was
# over before: the answer, or the failure.
sub start_client {
    my ($url, $told) = @_;
    my $test = $$;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;
    my $stop = 0;
    local $SIG{TERM} = sub { $stop = 1 };
    open my $out, '>>', $told or die "$told: $!";
    until ($stop || getppid != $test) {
        my $answer = GET $url;
        my ($text) = (split(/\n/, $answer->content), '');
        syswrite $out, ($answer->code == 200 ? "200 $text" : $answer->status_line) . "\n" unless $stop;
    }
    POSIX::_exit(0);
}

1;
