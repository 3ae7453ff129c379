# Editors and type checkers are told exactly the members that exist, and a test uses each of them.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use PyHook::Config qw(top);

# The names that the tests give to an object of each type.
my %called = (
    Request    => qr/req|found/,
    Connection => qr/conn|connection|master/,
    Server     => qr/server/,
    Headers    => qr/t|headers_\w+|subprocess_env|notes/,
);

plan tests => 1 + keys %called;

is GET_BODY('/types/stub'), "\n", 'the stub and the live module have the same names and parameters';

sub text_of { my ($path) = @_; open my $file, '<', $path or die "$path: $!"; local $/; return <$file> }

my $tests = join '', map { text_of($_) } glob top() . '/t/*/*.t ' . top() . '/t/*/*.py';
my $stub = join '', map { text_of($_) } glob top() . '/python/_pyhook-stubs/*.pyi';
$stub =~ s/""".*?"""//gs;

for my $class (sort keys %called) {
    my ($body) = $stub =~ /^class $class\b.*?:\n(.*?)(?=^\S|\z)/ms or die "the stub has no $class";
    my %members = map { $_ => 1 } $body =~ /^    (?:def )?([a-z]\w*)[(:]/mg;
    is join(' ', grep { $tests !~ /\b(?:$called{$class})\.$_\b/ } sort keys %members), '', "every member of $class is tried";
}
