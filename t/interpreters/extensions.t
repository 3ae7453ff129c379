# Extension modules that load once per process work in every virtual host: all share the main interpreter. In another
# one the log says what to do about them.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY GET_RC);
use PyHook::Test;

my %answers = (
    numpy        => qr/^main 45$/,
    cryptography => qr/^sealed$/,
    django       => qr/^DJANGO$/,
);
plan tests => 2 * keys(%answers) + 3 * 3;

sub is_missing { system("python3 -c 'import $_[0]' 2>/dev/null") != 0 }

for my $package (sort keys %answers) {
    SKIP: {
        skip "the linked Python has no $package", 2 if is_missing($package);
        for my $host (qw(extensions_one extensions_two)) {
            my $url = 'http://127.0.0.1:' . Apache::Test::config()->port($host) . "/$package";
            like GET_BODY($url), $answers{$package}, "$package works in $host";
        }
    }
}

my $server = PyHook::Server->new(children => 1, conf => <<'CONF')->start;
PyHookInterpreter shop
PyHookHandler extensions:compute
<Location /cryptography>
    PyHookHandler extensions:seal
</Location>
<Location /shop>
    PyHookRunIn shop
    PyHookHandler extensions:compute
</Location>
<Location /shop/cryptography>
    PyHookHandler extensions:seal
</Location>
<Location /shop/wrapped>
    PyHookHandler extensions_wrapping:compute
</Location>
CONF
my $cure = qr/The extension can't be loaded in interpreter 'shop': run every place that needs it in the main one \(PyHookRunIn main\)$/;

# [package, where the main interpreter loads it, where another one tries, what its log entry begins with].
for (
    ['numpy',        '/numpy',        '/shop/numpy',        qr/PYHOOK0005: handler extensions:compute raised/],
    ['cryptography', '/cryptography', '/shop/cryptography', qr/PYHOOK0005: handler extensions:seal raised/],
    ['numpy',        '/numpy',        '/shop/wrapped',      qr/PYHOOK0003: handler extensions_wrapping:compute can't be imported/],
) {
    my ($package, $main, $elsewhere, $entry) = @$_;
    SKIP: {
        skip "the linked Python has no $package", 3 if is_missing($package);
        is GET_RC($server->url($main)), 200, "$package is loaded in main";
        my $before = length $server->error_log;
        is GET_RC($server->url($elsewhere)), 500, "$elsewhere is refused by it";
        like substr($server->error_log, $before), qr/$entry.*$cure/ms, '… and the log names the interpreter and the cure';
    }
}
