# A phase that runs before a file is known still knows the configuration of the URI.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_RC);
use PyHook::Test;

plan tests => 4;

my $server = PyHook::Server->new(children => 1, conf => <<'CONF')->start;
<Location /guarded>
    PyHookPreTranslateName by_uri:deny
</Location>
<Location /guarded/open>
    PyHookPreTranslateName none
</Location>
<If "%{REQUEST_URI} == '/condition'">
    PyHookPreTranslateName by_uri:deny
</If>
CONF
is GET_RC($server->url('/index.html')), 200, 'elsewhere nobody is asked';
is GET_RC($server->url('/guarded/index.html')), 403, '<Location> holds';
is GET_RC($server->url('/guarded/open/index.html')), 404, 'an inner one too';
is GET_RC($server->url('/condition')), 403, '<If> holds';
