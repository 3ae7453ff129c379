# Python before and after mod_deflate.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use Compress::Zlib ();
use PyHook::Test;

plan tests => 9;

my $at    = '/filters/filter_deflate';
my @gzip  = ('Accept-Encoding' => 'gzip');
my $plain = 'an answer ' x 1000;

my $before = GET "$at/before", @gzip;
is $before->header('Content-Encoding'), 'gzip', 'mod_deflate compresses';
is Compress::Zlib::memGunzip($before->content), uc $plain, 'what a Python filter made';
is GET_BODY("$at/before"), uc $plain, 'or it passes as it is';

my $after = GET "$at/after", @gzip;
is Compress::Zlib::memGunzip(pack 'H*', $after->content), $plain, 'type=content behind mod_deflate sees its output';
is GET_BODY("$at/after"), unpack('H*', $plain), 'or the body';

my $inflated = GET "$at/inflated", @gzip;
is $inflated->content, uc $plain, 'mod_deflate decompresses for a Python filter';
is $inflated->header('Content-Encoding'), undef, 'and says so';

my @packed = (content => Compress::Zlib::memGzip('a body'), 'Content-Encoding' => 'gzip');
is POST_BODY("$at/input", @packed), 'A BODY', 'a body that mod_deflate has decompressed';
is POST_BODY("$at/input", content => 'a body'), 'A BODY', 'or did not need to';
