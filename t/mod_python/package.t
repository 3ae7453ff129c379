# The package mod_python is there only where httpd loads its module: no other code finds half of it.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET);
use PyHook::Config qw(mod_python top);
use PyHook::Server;

plan tests => 3;

my $site = top() . '/t/mod_python/sites/package';
my $place = "PyHookPath $site\n<Location /ask>\nPyHookHandler asks_for_it:handler\n</Location>\n";

my $without = PyHook::Server->new(children => 1, conf => $place)->start;
my $refusal = 'mod_python is there only where httpd loads it: LoadModule python_module mod_pyhook_python.so';
is GET($without->url('/ask'))->content, $refusal, 'without the module the import fails, and says what to write';
is GET($without->url('/ask'))->content, $refusal, 'also the next time';
$without->stop;

my $with = PyHook::Server->new(children => 1, conf => mod_python() . $place)->start;
is GET($with->url('/ask'))->content, 'OK is 0', 'with it, handlers of mod_pyhook may use the package too';
