# Which callables run where sections nest: outer first where all run, inner first where the first answer wins.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my @order = (
    # path                  fixups   type_checker
    ['/outside'           => 'a',    'a'],
    ['/one-line'          => 'bcb',  'bc'],
    ['/lines'             => 'bc',   'a'],
    ['/nested'            => 'ab',   'ba'],
    ['/nested/inner'      => 'abc',  'cba'],
    ['/nested/none'       => '',     ''],
    ['/nested/none/again' => 'c',    'c'],
    ['/untouched'         => 'a',    'a'],
);

my @everywhere = (
    ['sections'     => '/everywhere',       'ac'],
    ['sections_too' => '/everywhere',       'bc'],
    ['sections_too' => '/everywhere/inner', 'bcd'],
    ['sections'     => '/everywhere/inner', 'ac'],
);

# Which of SetHandler and PyHookHandler answers.
my @inner = (
    ['/handler/metrics'         => qr/^# EOF/m,               'an inner SetHandler pyhook-metrics wins over PyHookHandler'],
    ['/handler/metrics/python'  => qr/^made by Python$/,      'and a PyHookHandler further in over it'],
    ['/handler/health'          => qr/^\{"state"/,            'SetHandler pyhook-health wins'],
    ['/handler/status?auto'     => qr/^Total Accesses/m,      'SetHandler of another module wins'],
    ['/handler/both'            => qr/^made by Python$/,      'in one section PyHookHandler wins'],
    ['/handler/file/index.html' => qr/plain file/i,           'SetHandler default-handler sends the file'],
    ['/socket/health'           => qr/^\{"state"/,            'an inner SetHandler wins over PyHookWebSocket'],
);

plan tests => 2 * @order + 2 * @everywhere + 7 + @inner + 1;

my $root = 'http://127.0.0.1:' . Apache::Test::config()->port('sections');

sub ran { join '', split /, /, $_[0]->header('X-' . $_[1] =~ tr/_/-/r) // '' }

for (@order) {
    my ($path, $fixups, $type_checker) = @$_;
    # The error page of a missing file is made after type_checker and fixups have run.
    my $response = GET "$root$path";
    is ran($response, 'fixups'), $fixups, "fixups of $path";
    is ran($response, 'type_checker'), $type_checker, "type_checker of $path";
}

# What a request has merged is there for the next one of the same host alone.
for my $time (1, 2) {
    for (@everywhere) {
        my ($host, $path, $fixups) = @$_;
        my $response = GET 'http://127.0.0.1:' . Apache::Test::config()->port($host) . $path;
        is ran($response, 'fixups'), $fixups, "fixups of $path in $host, request $time";
    }
}

is ran((GET "$root/nested", 'X-If' => 'yes'), 'fixups'), 'abd', 'an <If> is the innermost section';
is ran((GET "$root/index.html"), 'access_checker'), 'ab', '<Files> lies within <Directory>';

is GET_BODY("$root/handler"), 'made by Python', 'PyHookHandler needs no SetHandler';
for (@inner) {
    my ($path, $body, $name) = @$_;
    like GET_BODY("$root$path"), $body, $name;
}
is GET_RC("$root/socket"), 426, 'where there is no SetHandler the place is for WebSockets';
like GET_BODY("$root/handler/static/index.html"), qr/plain file/i, 'none takes it away';
like GET_BODY("$root/handler/other"), qr/Apache Server Status/, 'a fixup may choose another handler';
unlike GET_BODY("$root/handler/other"), qr/made by Python/, 'and PyHookHandler stays out of it';
is GET_RC("$root/handler/named"), 404, 'the handler name alone runs nothing';
