# mod_filter: providers, chains, and what a filter's protocol flags do to the headers that describe a body.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my @flags = (
    # where         body          length  tag      parts    a range
    ['change-yes', 'ABCDEFGHIJ', 10,    undef,    'none',  200, 'ABCDEFGHIJ'],
    ['change-one', 'ABCDEFGHIJ', 10,    undef,    'bytes', 206, 'BC'],
    ['change-no',  'abcdefghij', 10,    '"tag"',  'bytes', 206, 'bc'],
    ['flags-one',  'ABCDEFGHIJ', 10,    undef,    'none',  200, 'ABCDEFGHIJ'],
    ['declined',   'abcdefghij', 10,    '"tag"',  'bytes', 206, 'bc'],
    ['nothing',    'abcdefghij', 10,    '"tag"',  'bytes', 206, 'bc'],
);

plan tests => 3 * @flags + 18;

my $at = '/filters/filter_providers';

for my $row (@flags) {
    my ($where, $body, $length, $tag, $parts, $status, $part) = @$row;
    my $whole = GET "$at/$where";
    is $whole->content, $body, "$where: the body";
    is_deeply [map { scalar $whole->header($_) } qw(Content-Length ETag Content-MD5 Accept-Ranges)],
        [$length, $tag, $tag && 'checked', $parts], 'its headers';
    my $ranged = GET "$at/$where", Range => 'bytes=1-2';
    is_deeply [$ranged->code, $ranged->content], [$status, $part], 'a part of it';
}

is GET_BODY("$at/chain"), 'first abcdefghij last', 'FilterChain of two providers';
is GET_BODY("$at/other"), 'abcdefghij last', 'the provider whose expression fits';
my $log = error_log_since { is GET_RC("$at/longer"), 500, 'change=1:1 and more bytes than announced is an error' } qr/ValueError/;
like $log, qr/ValueError: the filter set Content-Length to 10, but its output has at least 14 bytes/, 'which is logged';

# The buckets behind a filter. The file is longer than a chunk, and than the part that mod_file maps at once.
my $root = Apache::Test::vars('documentroot');
my $big = "$root/providers.big";
open my $file, '>', $big or die "$big: $!";
print $file 'abcdefg ' x (800 * 1024);
close $file;

my $host = 'http://127.0.0.1:' . Apache::Test::config()->port('buckets');

sub buckets {
    my ($where) = @_;
    my $log = error_log_since { is length GET_BODY("$host/$where/providers.big"), 6400 * 1024, "$where: all of a file" }
        qr/p-trace: type: EOS/;
    return map { [/type: (\w+), length: (\d+)/] } grep { !/type: EOS/ } $log =~ /(p-trace: type: .*)/g;
}

is_deeply [buckets('files')], [['FILE', 6400 * 1024]], 'is one FILE bucket';
is_deeply [buckets('early')], [['FILE', 6400 * 1024]], 'behind a filter that declines at once too, for sendfile';
my @declined = buckets('declined');
is_deeply $declined[-1], ['FILE', 6272 * 1024], 'with the first chunk in hand the rest is a FILE bucket';
is_deeply [grep { $_->[0] ne 'TRANSIENT' } buckets($_)], [], "$_: what Python has read is sent" for qw(watched upper);
unlink $big;

for my $extension (qw(shout listen)) {
    open $file, '>', "$root/providers.$extension" or die $!;
    print $file 'a file';
    close $file;
}
is GET_BODY('/providers.shout'), 'A FILE', 'AddOutputFilter';
is POST_BODY('/providers.listen', content => 'a body'), 'A BODY', 'AddInputFilter';
unlink map { "$root/providers.$_" } qw(shout listen);

my ($status, $output) = config_test("PyHookOutputFilter X a:b change=much");
like $output, qr/PyHookOutputFilter: 'change=much' is not understood: write type=resource, .* and change=no, change=1:1 or change=yes/,
    'a wrong word is refused';
($status, $output) = config_test("PyHookInputFilter X a:b change=no");
like $output, qr/PyHookInputFilter: 'change=no' is not understood: write type=resource, .*type=connection\n?$/m, 'change= is for responses';
