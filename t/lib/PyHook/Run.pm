# Apache::Test's runner with the project's base configuration, on loopback only.
package PyHook::Run;

use strict;
use warnings;

use parent 'Apache::TestRun';

use TAP::Harness;

use PyHook::Config qw(base_template httpd load_modules mpm pyhook_path top);
use PyHook::Ports qw(claim_ports);

# Apache::Test learns from an httpd.conf that it inherits which modules exist, and takes the rest from a template beside
# the file that it makes.
sub pre_configure {
    my $conf = top() . '/t/conf';
    write_file("$conf/inherited.conf", load_modules(mpm()));
    write_file("$conf/httpd.conf.in", base_template());
}

sub new_test_config {
    my ($self) = @_;
    return PyHook::Run::Config->new({
        %{ $self->{conf_opts} },
        httpd       => httpd(),
        httpd_conf  => top() . '/t/conf/inherited.conf',
        servername  => '127.0.0.1',
        port        => claim_ports(),
        pyhook_path => pyhook_path(),
        save        => 1,
    });
}

# Apache::Test sends Test::More's diagnostics to standard output, where its own harness drops them unless it is verbose.
# The message starts as Apache::Test's clean-up expects it of a failed run.
sub run_tests {
    my ($self) = @_;
    my $harness = TAP::Harness->new({ verbosity => $self->{opts}{verbose} ? 1 : 0 });
    $harness->callback(made_parser => \&show_comments) unless $self->{opts}{verbose};
    my $outcome = $harness->runtests(@{ $self->{tests} });
    $outcome->all_passed || $outcome->get_status eq 'NOTESTS' or die "Failed tests\n";
}

sub show_comments {
    my ($parser) = @_;
    $parser->callback(comment => sub {
        my $line = $_[0]->as_string;
        print STDERR "$line\n" unless $line =~ /^# Using /;
    });
}

sub write_file {
    my ($path, $text) = @_;
    open my $file, '>', $path or die "$path: $!";
    print $file $text;
    close $file or die "$path: $!";
}

package PyHook::Run::Config;

use parent -norequire, 'Apache::TestConfig';

# A virtual host that Apache::Test makes listens on every address.
sub parse_vhost {
    my $vhost = Apache::TestConfig::parse_vhost(@_) or return;
    $vhost->{out_string} =~ s/0\.0\.0\.0/127.0.0.1/;
    return $vhost;
}

1;
