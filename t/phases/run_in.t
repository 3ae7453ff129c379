# PyHookRunIn: separate modules in named interpreters; PyHookOption merges; PyHookSetEnv is seen in all.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Config qw(top);
use PyHook::Test;

plan tests => 14;

sub answer { GET_BODY("/run-in$_[0]") }

like answer('/one'), qr/^runin_one \d+ /, 'a named interpreter runs the place it is chosen for';
like answer('/two'), qr/^runin_two \d+ /, 'so does another';
like answer('/two/main'), qr/^main \d+ /, 'an inner section may go back to the main one';
like answer(''), qr/^main \d+ /, 'which is the default';
like answer('/one'), qr/\[base=yes,inner=two words,outer=yes,shared=inner\]/, 'options of all sections, the innermost wins';
like answer(''), qr/\[base=yes,outer=yes,shared=outer\]/, 'an inner section changes nothing outside';
like answer(''), qr/a value$/, 'PyHookSetEnv is in os.environ';
like answer('/one'), qr/a value$/, 'of every interpreter';
like GET_BODY('http://127.0.0.1:' . Apache::Test::config()->port('run_in') . '/any'), qr/^runin_one /,
    'a virtual host chooses one of the server';

# A server with one child, so that the counts are those of one process.
open my $conf, '<', top() . '/t/phases/run_in.conf' or die "run_in.conf: $!";
my $text = do { local $/; <$conf> };
$text =~ s/<VirtualHost.*//s;
my $server = PyHook::Server->new(conf => $text, children => 1)->start;
GET $server->url('/run-in/one') for 1 .. 3;
like GET_BODY($server->url('/run-in/two')), qr/^runin_two 1 /, 'a module of one interpreter knows nothing of the other';
like GET_BODY($server->url('/run-in/one')), qr/^runin_one 4 /, 'and keeps its own state';

like GET_BODY($server->url('/run-in/redirect')), qr/^runin_one 5 /, 'an internal redirect crosses interpreters';
like $server->error_log, qr{back in main /run-in/redirect}, 'and comes back';
like GET_BODY($server->url('/run-in/nested')), qr/^main asks runin_one 6 .*\nmain asks runin_two 2 .*\nmain asks main 1 .*\n$/,
    'so do sub-requests';
