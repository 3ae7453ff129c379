# Parts of pages: one that mod_include asks for can't send anything by its main request meanwhile; one that runs parts of its own
# goes on after their ends.
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
plan tests => keys(%pages) + 1;
is GET_BODY("/part-of-page?$_") =~ s/b+/b/r, $pages{$_}, "a part, $_" for sort keys %pages;
is GET_BODY('/part-of-page/outer'), 'leaf leaf /part-of-page/filtered outer', 'the end of a nested sub-request ends no filter of the outer one';
