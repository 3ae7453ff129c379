# A coroutine that blocks its event loop for longer than a second: the error log says so once, with the stack.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Server;
use PyHook::Test;

plan tests => 8;

my $server = PyHook::Server->new(children => 1, conf => <<'CONF')->start;
<Location /sleeps>
    PyHookHandler blocked:sleeps
</Location>
<Location /keeps>
    PyHookHandler blocked:keeps_the_gil
</Location>
CONF

sub page { my ($path) = @_; return GET_BODY($server->url($path)) }
sub entries { my ($pattern) = @_; return scalar(() = $server->error_log =~ /$pattern/g) }

is page('/sleeps?0'), 'slept', 'a coroutine that does not block';
is page('/sleeps?4'), 'slept', 'one that blocks gets its answer';
my $blocked = qr/PYHOOK0014: the event loop of interpreter main has been blocked for \d+\.\d seconds/;
ok until_true { entries($blocked) >= 1 }, 'the log says that it has';
like $server->error_log, qr/$blocked.*in sleeps.*time\.sleep\(/s, '… and shows the line that blocks';
is entries($blocked), 1, '… once';
page('/sleeps?4');
ok until_true { entries($blocked) == 2 }, 'the next time it says so again';
is page('/keeps'), 'slept', 'one that lets no other thread run Python';
ok until_true { entries(qr/PYHOOK0014[^\n]*\n(?:[^\n]*\|[^\n]*\n)*[^\n]*usleep|, by code that let no other thread run Python/) == 1 },
    '… is told of when it is over';
