# A response to HEAD has the length that the response to GET would have, or none: RFC 9110, 8.6.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;

my @paths = map { ("/head-lengths/$_", "/head-lengths/$_/filtered") } qw(whole written pieces);
push @paths, map { ("/head-lengths-wsgi/$_", "/head-lengths-wsgi/$_/filtered") } qw(whole pieces);

plan tests => 3 * @paths;

for my $path (@paths) {
    my ($get, $head) = (GET($path), HEAD($path));
    is lc $get->content, 'first second ', "$path: what GET gets";
    my $length = $head->header('Content-Length') // 13;
    is $head->code . " $length", '200 13', "$path: the length that HEAD is told";
    like HEAD($path, Range => 'bytes=7-')->code, qr/^20[06]$/, "$path: of a range, too";
}
