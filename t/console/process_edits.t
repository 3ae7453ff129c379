# The console tells of edits to an application in worker processes: the page that it follows, once the new code serves; of
# code that can't be loaded, with its traceback.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY);
use JSON::PP qw(decode_json);
use PyHook::Test qw(:DEFAULT write_file);

plan skip_all => 'Valgrind would follow into every process' if ($ENV{PYHOOK_UNDER} // '') eq 'memcheck';
plan tests => 17;

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
<Location /outside/debug>
    PyHookDebug On
</Location>
<Location /outside/locked>
    PyHookDebug On
    Require expr %{HTTP:X-Key} == 'right'
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

# Of what is no edit of code that runs, the page is not told.
my $same = code();
my ($old) = $server->worker_pids('short');
body('/short');
ok until_true { my ($now) = $server->worker_pids('short'); $now && $now != $old && state('short/1') eq 'ready' }, 'a process is replaced because it has served its requests';
is code(), $same, '… and the page stays';

# Code that can't be loaded.
edit("'\n");
my ($failure) = until_failure(qr/^SyntaxError: /m);
like $failure->{text}, qr/^PYHOOK0081: process outside\/1 \(pid $failure->{pid}\) .*edits_outside\.py", line 4.*^The process of before goes on/ms,
    'code that cannot be loaded is among the last errors, with file and line';
is $failure->{interpreter}, 'outside', '… and the name of the processes';
ok until_true { code() ne $same }, '… and a page that it follows loads again';
is body('/outside'), 'two', 'without PyHookDebug the old code serves';
my $page = GET($server->url('/outside/debug'));
is $page->code, 500, 'with PyHookDebug it does not';
like $page->content, qr/edits_outside\.py", line 4.*^SyntaxError: /ms, '… and the page is the error';
is GET($server->url('/outside/locked'))->code, 403, '… which who is not let in';
unlike GET($server->url('/outside/locked'))->content, qr/SyntaxError/, '… does not see';
edit("'\n");
ok until_true { failures(qr/^SyntaxError: /m) == 2 }, 'the same error after another edit is told again';
edit('three');
ok until_true { body('/outside/debug') eq 'three' }, 'the next edit is loaded';
is body('/outside'), 'three', '… everywhere';

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
sub failures { my ($pattern) = @_; return grep { $_->{kind} eq 'failure' && $_->{text} =~ $pattern } @{ shown()->{recent} // [] } }
sub until_failure { my ($pattern) = @_; my @found; until_true { @found = failures($pattern) }; return @found }
sub processes { return map { @{ $_->{processes} } } @{ shown()->{children} } }
sub state { my ($name) = @_; return (grep { $_->{name} eq $name } processes())[0]{state} // '' }
