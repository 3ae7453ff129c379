# One version: that of the package, which the module shows in the error log at its start, in /server-status, and to
# nobody who may not know it.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY);
use PyHook::Server;
use PyHook::Test;

plan tests => 5;

my $conf = <<'END';
<Location /version>
    PyHookHandler version:both
</Location>
END
my $server = PyHook::Server->new(conf => $conf)->start;
my ($version, $python) = split ' ', GET_BODY($server->url('/version'));
like $version, qr/^\d+\.\d+\.\d+\S*$/, 'pyhook has a version';
like $server->error_log, qr{mod_pyhook/\Q$version\E Python/\Q$python\E .*resuming normal operations}, 'the log at start has it, and Python\'s';
like GET_BODY($server->url('/server-status')), qr{<h2>mod_pyhook \Q$version\E, Python \Q$python\E</h2>}, 'so has the section in /server-status';
like GET($server->url('/'))->header('Server'), qr{mod_pyhook/\Q$version\E Python/\Q$python\E}, 'httpd tells clients of its components';

my $silent = PyHook::Server->new(conf => "ServerTokens Prod\n$conf")->start;
is GET($silent->url('/'))->header('Server'), 'Apache', 'not if ServerTokens says so';
