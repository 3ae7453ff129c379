# error_log for a whole server: Python threads, interpreters, the parent, the end of a child, many entries at once.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use JSON::PP;
use PyHook::Test;

plan tests => 17;

my $server = PyHook::Server->new(children => 2, conf => <<'CONF');
PyHookErrorLog error_log:keep
PyHookOption entries @t_logs@/entries
PyHookInterpreter other
PyHookImport error_log
LogLevel info
<Location /say>
    PyHookHandler error_log:say
</Location>
<Location /thread>
    PyHookHandler error_log:say_in_thread
</Location>
<Location /other>
    PyHookRunIn other
</Location>
<Location /other/say>
    PyHookHandler error_log:say
</Location>
<Location /other/thread>
    PyHookHandler error_log:say_in_thread
</Location>
<VirtualHost *:1>
    ServerName other
    PyHookRunIn other
</VirtualHost>
CONF
$server->start;

# All kept entries; a response comes after the entries that it caused.
sub kept {
    my ($pattern) = @_;
    open my $file, '<', "$server->{root}/entries" or return;
    return grep { $_->{message} =~ $pattern } map { decode_json($_) } <$file>;
}

sub get { GET($server->url($_[0]), @_[1 .. $#_])->code }

is get('/say?main'), 200, 'a request';
my ($entry) = kept(qr/^main$/);
is $entry->{interpreter}, 'main', 'in the interpreter of the server';
is $entry->{seen}, 'by the handler', 'where the handler ran as well';

is get('/other/say?elsewhere'), 200, 'a request in another interpreter';
($entry) = kept(qr/^elsewhere$/);
is $entry->{interpreter}, 'main', 'is logged in that of the server';
is $entry->{seen}, undef, 'which has a state of its own';

is get('/say?host', Host => 'other'), 200, 'a server that runs elsewhere';
is scalar(kept(qr/^host$/)), 1, 'logs there';

for my $place ('', '/other') {
    is get("$place/thread?apart$place"), 200, 'a thread that Python started';
    is scalar(kept(qr/^apart$place$/)), 1, 'has its entries, too';
}

my $url = $server->url;
my $many = join ' ', map { "-o /dev/null '$url$_?many[1-60]'" } qw(say other/say thread other/thread);
system "curl -s --parallel --parallel-max 8 -H 'Connection: close' $many 2>/dev/null";
is scalar(kept(qr/^many/)), 240, 'many at once: nobody waits for ever, and nothing is lost';

$server->graceful;
is get('/say?graceful'), 200, 'after a graceful restart';
is scalar(kept(qr/^graceful$/)), 1, 'new children log';
my $parent = $server->parent_pid;
$server->stop;
my $log = $server->error_log;
like $log, qr/the child ends/, 'a child that ends still logs';
ok !grep({ $_->{message} =~ /the child ends|is imported|resuming normal/ || $_->{pid} == $parent } kept(qr/./)),
    'but calls nobody any more; nor does the parent, nor a child that starts';
