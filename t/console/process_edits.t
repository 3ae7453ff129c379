# The console tells the page that it follows of an edit to an application in worker processes, once the new code serves.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use JSON::PP qw(decode_json);
use PyHook::Test qw(:DEFAULT write_file);

plan skip_all => 'Valgrind would follow into every process' if ($ENV{PYHOOK_UNDER} // '') eq 'memcheck';
plan tests => 8;

my $place = Apache::Test::vars('t_logs') . '/process_edits';
write_file("$place/edits_outside.py", application('one'));
my $server = PyHook::Server->new(children => 1, path => $place, conf => <<"CONF")->start;
PyHookControl On
PyHookReload On
PyHookProcesses outside path=$place
PyHookProcesses short path=$place requests=1
PyHookWSGIAlias /outside edits_outside:application
PyHookWSGIAlias /short edits_outside:application
<Location /outside>
    PyHookRunIn outside
</Location>
<Location /short>
    PyHookRunIn short
    PyHookReload Off
</Location>
<Location /pyhook>
    PyHookHandler pyhook.console:page
    PyHookReload Off
</Location>
CONF

is body('/outside'), 'one', 'an application in a process serves';
my $before = code();
edit('two');
ok until_true { code() ne $before }, 'an edit that no request has met reaches the page';
is body('/outside'), 'two', '… when the new code serves';
isnt +(grep { $_->{name} eq 'outside/1' } processes())[0]{edits}, 0, '… and the process says so';

# Of what is no edit of code that runs, and of code that can't be loaded, the page is not told.
my $same = code();
my ($old) = $server->worker_pids('short');
body('/short');
ok until_true { my ($now) = $server->worker_pids('short'); $now && $now != $old && state('short/1') eq 'ready' }, 'a process is replaced because it has served its requests';
is code(), $same, '… and the page stays';
edit("'\n");
ok until_true { $server->error_log =~ /PYHOOK0081: process outside\/1 / }, 'code that cannot be loaded is in the log';
edit('three');
ok until_true { code() ne $same && body('/outside') eq 'three' }, '… and the next edit reaches the page';

sub application { return <<"PYTHON" }
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b'$_[0]']
PYTHON
my $size;
sub edit { replace_file("$place/edits_outside.py", application(@_) . '#' x ++$size . "\n") } # Python's cache knows seconds and sizes
sub body { return GET_BODY($server->url($_[0])) }
sub shown { return eval { decode_json(GET_BODY($server->url('/pyhook/data.json'))) } // { code => [], children => [] } }
sub code { return JSON::PP->new->encode(until_true { my $code = shown()->{code}; @$code && $code }) }
sub processes { return map { @{ $_->{processes} } } @{ shown()->{children} } }
sub state { my ($name) = @_; return (grep { $_->{name} eq $name } processes())[0]{state} // '' }
