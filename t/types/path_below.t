# The path below the section that names a callable is the same whatever files exist.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY);
use PyHook::Test;

my %below = (
    '/place'                     => '',
    '/place/'                    => '/',
    '/place/Ada/b'               => '/Ada/b',
    '/place/index.html'          => '/index.html',
    '/place//twice'              => '/twice',
    '/place/%C3%A9%FF'           => "/\xc3\xa9\xff",
    '/place/a?query'             => '/a',
    '/slash/x'                   => '/x',
    '/types/page.txt'            => '/page.txt',
    '/types/page.txt/more'       => '/page.txt/more',
    '/types/no/such/file'        => '/no/such/file',
    '/outer/x'                   => '/x',
    '/outer/inner/x'             => '/x',
    '/condition/x'               => '/x',
    '/match/x'                   => '/match/x',
    '/redirect/x'                => '/x',
    '/files/page.txt'            => '/page.txt',
    '/files/page.txt/more'       => '/page.txt/more',
    '/streamed/x'                => '/x|/elsewhere',
    '/path_below/no/file'        => '/no/file',
    '/wsgi/a'                    => '/a',
    '/wsgi'                      => '',
);

plan tests => keys(%below) + 5;

my $url = 'http://127.0.0.1:' . Apache::Test::config()->port('path_below');

is GET_BODY("$url$_"), $below{$_}, "below $_" for sort keys %below;
is GET_BODY("$url/lookup/x"), '/x /place/of/another fixups=/place/of/another', 'a sub-request has a path of its own';
is GET("$url/outer/x")->header('X-Below'), 'fixups=/outer/x, fixups=/x', 'each callable has its own place';
is GET("$url/plain")->header('X-Below'), 'fixups=/plain', 'outside all sections it is the whole path';
is join(' ', GET("$url/place/x")->header('X-Below')), 'fixups=/place/x', 'and there it stays';
unlike GET_BODY("$url/place"), qr/place/, 'nothing is left of the place itself';
