# Extension modules that load once per process work in every virtual host: all share the main interpreter. Whether
# another interpreter can load them depends on their version, on Python's, and on which one was first; if it cannot, the
# log has the cure.
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
plan tests => 2 * keys(%answers) + 8;

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

my $conf = <<'CONF';
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

# [status, log].
sub asked {
    my ($server, $path) = @_;
    my $before = length $server->error_log;
    my $status = GET_RC($server->url($path));
    return [$status, substr $server->error_log, $before];
}

# It is answered, or the log ends with the cure.
sub works_or_names_the_cure {
    my ($answer, $entry, $interpreter, $what) = @_;
    my ($status, $log) = @$answer;
    return pass "$what works" if $status == 200;
    like "$status $log",
        qr/^500 .*$entry.*The extension can't be loaded in interpreter '$interpreter: run every place that needs it in the main one \(PyHookRunIn main\)$/ms,
        "$what is refused, and the log names the interpreter and the cure";
}

my $raised     = "PYHOOK0005: handler extensions:compute raised";
my $unimported = "PYHOOK0003: handler extensions_wrapping:compute can't be imported";

my $main_first = PyHook::Server->new(children => 1, conf => $conf)->start;
SKIP: {
    skip 'the linked Python has no numpy', 6 if is_missing('numpy');
    is asked($main_first, '/numpy')->[0], 200, 'numpy is loaded in main';
    works_or_names_the_cure(asked($main_first, '/shop/numpy'), $raised, "shop'", 'numpy elsewhere, after main,');
    works_or_names_the_cure(asked($main_first, '/shop/wrapped'), $unimported, "shop'", 'wrapped by another package, it');

    my $shop_first = PyHook::Server->new(children => 1, conf => $conf)->start;
    my $in_shop = asked($shop_first, '/shop/wrapped');
    my $in_main = asked($shop_first, '/numpy');
    works_or_names_the_cure($in_shop, $unimported, "shop'", 'numpy elsewhere, before main,');
    works_or_names_the_cure($in_main, $raised, "main', since another one was the first to try", 'numpy in main, after that,');
    like "$in_shop->[0] $in_main->[0]", qr/500/, 'one of them was refused';
}
SKIP: {
    skip 'the linked Python has no cryptography', 2 if is_missing('cryptography');
    is asked($main_first, '/cryptography')->[0], 200, 'cryptography is loaded in main';
    works_or_names_the_cure(asked($main_first, '/shop/cryptography'), 'PYHOOK0005: handler extensions:seal raised', "shop'", 'cryptography elsewhere');
}
