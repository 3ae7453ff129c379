# The tools of PyHook::Test do what the other tests rely on.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 15;

my ($status, $output) = config_test('PyHookNoSuchDirective on');
isnt $status, 0, 'a configuration with a mistake is refused';
like $output, qr/Invalid command 'PyHookNoSuchDirective'/, 'and the reason is given';
is +(config_test(''))[0], 0, 'the base configuration is accepted';

my $logged = error_log_since { GET '/' . 'x' x 9000 } qr/AH00565/;
like $logged, qr/exceeds LimitRequestLine/i, 'what a request logs is seen';
is error_log_since { GET '/index.html' }, '', 'a quiet request logs nothing';

like raw_request("GET / HTTP/1.0\r\n\r\n"), qr{^HTTP/1\.1 200 OK\r\n.*plain file}s, 'bytes go in and out';
my ($exit, $answer) = curl('-X', 'OPTIONS', '/');
is $exit, 0, 'curl is content';
like $answer, qr/^Allow: /m, 'curl shows the head of the answer';

my $port = Apache::Test::config()->port('harness');
like raw_request("GET /old HTTP/1.0\r\n\r\n", port => $port), qr{^HTTP/1\.1 302 .*^Location: }ms,
    'a virtual host listens on its own port';

my $server = PyHook::Server->new(conf => 'Alias /again @documentroot@', children => 2)->start;
is GET_RC($server->url('/again/index.html')), 200, 'a private server serves its own configuration';
is scalar($server->child_pids), 2, 'with as many children as asked for';
my @before = $server->child_pids;
is $server->graceful->generations, 2, 'it restarts gracefully';
cmp_ok $server->parent_rss_kb, '>', 1000, 'the size of its parent is known';
my $parent = $server->parent_pid;
undef $server;
is kill(0, $parent), 0, 'it ends with its object';
is grep({ kill 0, $_ } @before), 0, 'and so do its children';
