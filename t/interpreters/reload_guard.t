# PyHookReload, and a guard that moves from one phase to another during a request: registrations belong to the code that
# serves the request, so it meets the old guard or the new one.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_RC);
use File::Path qw(make_path);
use PyHook::Test;

plan tests => 6;

my $place = Apache::Test::vars('t_logs') . '/reload-guard';
make_path($place);

sub guard_in { my ($phase, $file) = @_; replace_file("$place/$file", <<"PYTHON") }
import pyhook

\@pyhook.hook("$phase")
def guard(req):
    return 403 if req.args == "x" else None

def page(req):
    return "secret"
PYTHON

# httpd's own RewriteMap edits the code during a request, between the access phases and our fixups.
replace_file("$place/mover", <<"PERL");
#!$^X
\$| = 1;
while (<STDIN>) {
    rename '$place/next', '$place/reload_guard.py';
    print "moved\\n";
}
PERL
chmod 0755, "$place/mover";

guard_in('fixups', 'reload_guard.py');
my $server = PyHook::Server->new(children => 1, conf => <<"CONF")->start;
PyHookPath "$place"
PyHookInterpreter shop import=reload_guard
PyHookReload On
RewriteEngine On
RewriteMap mover "prg:$place/mover"
<Location /guarded>
    PyHookRunIn shop
    PyHookHandler reload_guard:page
    RewriteEngine On
    RewriteCond "\${mover:now}" !=moved
    RewriteRule ^ - [G]
</Location>
CONF
my $url = $server->url('/guarded');
is GET_RC("$url?x"), 403, 'the guard stands';
is GET_RC($url), 200, '… for whom it concerns';
guard_in('access_checker', 'next');
is GET_RC("$url?x"), 403, 'when it moves to an earlier phase on the way of a request, it still stands';
ok !-e "$place/next", '… which was edited meanwhile';
ok +(until_true { my $code = GET_RC("$url?x"); $code != 403 || $server->error_log =~ /serves with fresh code/ })
    && GET_RC("$url?x") == 403, '… and in the code of now';
unlike $server->error_log, crashed_or_late(), 'no child crashes';
