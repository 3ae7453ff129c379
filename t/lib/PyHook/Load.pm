# Clients that keep asking while a test does something to the server.
#
#   my $seen = while_loaded($server, sub { $server->graceful });
#
# The function gets another one, which says how many answers there were until then. The result: how many answers there were, each different text as a key, and which requests failed.
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
    my $marks = File::Temp->new; # a byte for each answer
    my @clients = map { start_client($server->url('/'), $marks->filename) } 1 .. $clients;
    $work->(sub { -s $marks->filename });
    kill TERM => $_->{pid} for @clients;
    my %seen = (answers => 0, texts => {}, failures => []);
    for my $client (@clients) {
        my $from = $client->{from};
        while (<$from>) {
            chomp;
            if (s/^200 //) { $seen{answers}++; $seen{texts}{$_} = 1 }
            else           { push @{ $seen{failures} }, $_ }
        }
        close $from;
    }
    return \%seen;
}

# Sends one request after the other until it is told to stop, or the test has been killed. Prints one line for each: the
# answer, or the failure.
sub start_client {
    my ($url, $marks) = @_;
    my $test = $$;
    my $pid = open my $from, '-|';
    die "fork: $!" unless defined $pid;
    return { pid => $pid, from => $from } if $pid;
    my ($stop, $told) = (0, '');
    local $SIG{TERM} = sub { $stop = 1 };
    open my $mark, '>>:unix', $marks or die "$marks: $!";
    until ($stop || getppid != $test) {
        my $answer = GET $url;
        print $mark '.' if $answer->code == 200;
        $told .= $answer->code == 200 ? '200 ' . $answer->content : $answer->status_line . "\n" unless $stop;
    }
    open my $out, '>&', \*STDOUT;
    print $out $told;
    close $out;
    POSIX::_exit(0);
}

1;
