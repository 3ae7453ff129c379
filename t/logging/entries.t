# Text that Python writes to the error log is one entry, whatever it contains and however long it is.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;
use URI::Escape qw(uri_escape);

my $log = Apache::Test::vars('t_logs') . '/entries_error_log';

# The records that come with a response, without what httpd writes before each.
sub records {
    my ($path) = @_;
    my $before = -s $log // 0;
    my $answer = GET 'http://127.0.0.1:' . Apache::Test::config()->port('entries') . "/$path";
    open my $file, '<', $log or die "$log: $!";
    seek $file, $before, 0;
    my @records = map { s/^\[.*?\] \[\w*:\w+\] \[pid [^]]*\] (?:\[client [^]]*\] )?//r } map { s/\n\z//r } <$file>;
    return wantarray ? @records : $answer;
}

my @written = ('print', 'print two', 'print after', 'write', 'standard error', 'bytes');
my @logged = ('pyhook.log', 'request', 'connection', 'server', 'logging', 'raise', 'HTTPError');
plan tests => 2 * @written + 2 * (@logged - 1) + 3 + 2 + 9 + 2 + 15 + 1;

for my $way (@written, grep { $_ ne 'server' } @logged) {
    my @forged = grep { /FORGED/ } records('do/' . uri_escape($way) . '/forged');
    is scalar(@forged), 1, "$way: a text of two lines";
    like $forged[0] // '', qr/^\| \[Fri Nov/, 'its second line is told from a record';
}

my @forged = grep { /FORGED/ } records('wsgi');
is scalar(@forged), 2, 'wsgi.errors: two texts of two lines';
like $forged[0], qr/^\| \[Fri Nov/, 'the second line of what is printed is told from a record';
like $forged[1], qr/^\| \[Fri Nov/, 'and of what has no end';

is_deeply [records('do/pyhook.log/mark')], [' | of a table |'], 'a text that looks like a second line is told from one';
is_deeply [records('do/pyhook.log/control')], ['a\\\\x00b\\rc\\\\d\\x1be\\xc2\\x85f\\xe2\\x80\\xa8g'], 'nothing but a line feed ends a line';

my $long = join '', map { sprintf '%09d,', $_ } 0 .. 4999;
for my $way ('pyhook.log', 'logging', 'print') {
    my @pieces = records("do/$way/long");
    cmp_ok scalar(@pieces), '>', 5, "$way: a long line is several records";
    is scalar(grep { !/^\|-/ } @pieces), 1, 'of which all but the first are told from records';
    ok join('', map { s/^\|-//r } @pieces) =~ /(?:^|site: )$long$/, 'and nothing of it is lost';
}
my @pieces = map { s/^\|-//r } records('do/pyhook.log/accents');
is scalar(grep { /^\\x[89ab]/ } @pieces), 0, 'no character is cut';
ok join('', @pieces) eq '\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x8d' x 2000, 'and none is lost';

my %sizes = map { $_ => 0 } ('raise/huge', 'pyhook.log/huge', 'pyhook.log/lines', 'chained', 'logging/huge');
for my $path (sort keys %sizes) {
    my @records = records("do/$path");
    my $size = 0;
    $size += length for @records;
    cmp_ok $size + 150 * @records, '<', 300_000, "$path: what it takes of the log is bounded, $size bytes";
    my ($begin, $end) = @{ {
        'raise/huge' => [qr/PYHOOK0005/, qr/ end$/],
        'logging/huge' => [qr/site: begin/, qr/ end$/],
        'pyhook.log/huge' => [qr/begin/, qr/ end$/],
        'pyhook.log/lines' => [qr/line 0/, qr/line 99999$/],
        'chained' => [qr/PYHOOK0005/, qr/ValueError: error number 19999$/],
    }->{$path} };
    ok $records[0] =~ $begin && $records[-1] =~ $end, 'its beginning and its end are there';
    ok scalar(grep { /^\| \[\d+ bytes are left out here\]$|^\| \(the last of more than 16 chained exceptions\)$/ } @records),
        'and it says that something is missing';
}
cmp_ok length(scalar(records('do/debug/raise/huge'))->content), '<', 100_000, 'what a client of PyHookDebug gets is bounded, too';
