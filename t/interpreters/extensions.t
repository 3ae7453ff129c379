# Extension modules that load once per process work in every virtual host: all share the main interpreter.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);

my %answers = (
    numpy        => qr/^main 45$/,
    cryptography => qr/^sealed$/,
    django       => qr/^DJANGO$/,
);
plan tests => 2 * keys %answers;

for my $package (sort keys %answers) {
    my $missing = system("python3 -c 'import $package' 2>/dev/null") != 0;
    SKIP: {
        skip "the linked Python has no $package", 2 if $missing;
        for my $host (qw(extensions_one extensions_two)) {
            my $url = 'http://127.0.0.1:' . Apache::Test::config()->port($host) . "/$package";
            like GET_BODY($url), $answers{$package}, "$package works in $host";
        }
    }
}
