# Applications that are loaded when a child starts, each where its requests will run; a broken one does not harm the
# others.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY GET_RC);
use PyHook::Server;
use PyHook::Test;

plan tests => 12;

my $server = PyHook::Server->new(children => 1, conf => <<'CONF')->start;
PyHookInterpreter shop
PyHookInterpreter blog
PyHookInterpreter pool count=2
PyHookWSGIAlias /main wsgi_preload:in_main() preload
PyHookWSGIAlias /alias wsgi_preload:in_alias() preload
PyHookWSGIAlias /late wsgi_preload:late()
PyHookWSGIAlias /broken wsgi_preload:broken() preload
<Location /alias>
    PyHookRunIn shop
</Location>
<Location /section>
    PyHookRunIn blog
    PyHookWSGI wsgi_preload:in_section() preload
</Location>
<Location /pool>
    PyHookRunIn pool
</Location>
<Location /pool/inner>
    PyHookWSGI wsgi_preload:in_pool() preload
</Location>
<VirtualHost 127.0.0.1:@port@>
    ServerName first.example
</VirtualHost>
<VirtualHost 127.0.0.1:@port@>
    ServerName virtual.example
    PyHookRunIn shop
    PyHookWSGIAlias /virtual wsgi_preload:in_virtual() preload
</VirtualHost>
CONF
my $log = until_true { $server->error_log =~ m{loaded in_pool in pool/2} ? $server->error_log : '' }; # the last interpreter
my %loaded;
push @{ $loaded{$1} }, $2 while $log =~ /loaded (\w+) in (\S+)/g;
is "@{[sort @{ $loaded{in_main} // [] }]}", 'main', 'in the main interpreter';
is "@{[sort @{ $loaded{in_alias} // [] }]}", 'shop', 'an alias where <Location> sends it';
is "@{[sort @{ $loaded{in_section} // [] }]}", 'blog', 'in a section';
is "@{[sort @{ $loaded{in_pool} // [] }]}", 'pool/1 pool/2', 'in every member of a pool that an outer section names';
is "@{[sort @{ $loaded{in_virtual} // [] }]}", 'shop', "a virtual host's own, once";
ok !$loaded{late}, 'what is not preloaded waits';
like $server->error_log, qr/PYHOOK0004: wsgi wsgi_preload:broken\(\) can't be called\n?.*not today/s, 'a broken one says why at once';
is GET_BODY($server->url('/alias')), 'in_alias shop', 'the application runs there';
is GET_BODY($server->url('/pool/inner')) =~ s{/\d}{}r, 'in_pool pool', 'and there';
is GET_RC($server->url('/broken')), 500, 'the broken one answers 500';
is GET_RC($server->url('/index.html')), 200, 'a file is served';
is scalar(() = $server->error_log =~ /loaded in_alias/g), 1, 'nothing is loaded twice';
$server->stop;
