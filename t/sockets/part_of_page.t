# mod_include runs a sub-request while it filters the page: a part can't send anything by its main request meanwhile.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;

my %pages = (
    ''    => 'a part bpart c',
    own   => 'a leaf part bleaf part c',
    write => 'a refused brefused c',
    flush => 'a refused brefused c',
    run   => 'a refused brefused c',
);
plan tests => scalar keys %pages;
is GET_BODY("/part-of-page?$_") =~ s/b+/b/r, $pages{$_}, "a part, $_" for sort keys %pages;
