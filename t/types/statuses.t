# A status is sent exactly as it was given, in every way of giving one, whether httpd has a name for it or not.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my %own_words = map { $_ => 1 } qw(handler/set-and-returned fixup/set-and-returned wsgi/named);
my @errors = qw(handler/returned handler/raised handler/set handler/set-and-returned fixup/returned fixup/raised
    fixup/set-and-returned wsgi/bare wsgi/named);
my @others = qw(handler/set wsgi/bare wsgi/named);

plan tests => 2 * (4 * @errors + @others) + 2;

my $port = Apache::Test::config()->port('statuses');

sub first_line {
    my ($path) = @_;
    my ($line) = raw_request("GET $path HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", port => $port) =~ /^(.*)\r\n/;
    return $line // '';
}

sub has_status {
    my ($way, $status, $known) = @_;
    my $line = first_line("/$way?$status");
    like $line, qr{^HTTP/1\.1 $status }, "$way: $status";
    my $reason = $own_words{$way} ? 'In my own words' : $known // "Status $status";
    like $line, qr/ \Q$reason\E$/, "$way: and a reason" ;
}

for my $status (450, 498, 520) {
    has_status($_, $status) for @errors;
}
has_status($_, 404, 'Not Found') for @errors;
has_status($_, 299) for @others;
like raw_request("GET /fixup/returned?450 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", port => $port),
    qr{<title>450 Status 450</title>}, 'on the page too';
like first_line('/handler/returned?499'), qr{^HTTP/1\.1 499 Status 499$}, 'an unknown one of no block';
