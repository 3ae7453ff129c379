# dirwalk_stat and open_htaccess: files, directories and .htaccess files that are not on disk.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my @odd_htaccess = qw(raise number true nul list);
my @odd_stat = qw(raise number true text fifo negative mtime mode);

Apache::TestRequest::module('virtualtree');

plan tests => 39 + 2 * @odd_htaccess + 2 * @odd_stat;

is GET_BODY('/tree/a.txt'), "a\n", 'a file that is not on disk';
is GET_BODY('/tree/'), "the index\n", 'DirectoryIndex finds one';
is +(GET '/tree', redirect_ok => 0)->code, 301, 'mod_dir knows a directory';
is GET_RC('/tree/nothing.txt'), 404, 'what is not there';
is GET_RC('/tree/a.txt/more'), 200, 'AcceptPathInfo: the file was found';
is GET_RC('/tree/docs/nothing/at/all'), 404, 'nor further down';

my $response = GET '/tree/docs/b.txt';
is $response->content, "b\n", 'a file under an .htaccess file';
is $response->header('X-Tree'), 'docs', 'which is not on disk either';
is $response->header('X-Also'), 'continued', 'to its last line, which has no end';
$response = GET '/tree/docs/deep/c.txt';
is $response->header('X-Deep'), 'yes', 'a deeper one, as bytes';
is $response->header('X-Tree'), 'docs', 'besides the other';
$response = GET '/tree/docs/none/d.txt';
is $response->code, 200, 'an empty one says nothing';
is $response->header('X-Tree'), 'docs', 'and keeps what is further out';
is +(GET '/tree/a.txt')->header('X-Tree'), undef, 'outside there is none';
is length +(GET '/tree/long/i.txt')->header('X-Long'), 7000, 'a long line';

is GET_RC('/tree/secret/plan.txt'), 403, 'it can forbid';
is GET_RC('/tree/secret/'), 403, 'the whole directory';
is GET_RC('/tree/docs/../secret/plan.txt'), 403, 'whichever way one comes';
is GET_BODY('/tree/a.txt?lookup'), "403\n", 'a sub-request, too';
is GET_BODY('/tree/closed/e.txt'), "e\n", 'AllowOverride None: nobody asks for it';

my $log = error_log_since { is GET_RC('/tree/bad/f.txt'), 500, 'a syntax error' } qr/bad/;
like $log, qr{/nowhere/tree/bad/.htaccess: Header requires three arguments}, 'is reported as that of a file';
$log = error_log_since { is GET_RC('/tree/forbidden/g.txt'), 500, 'what .htaccess may not say' } qr/forbidden/;
like $log, qr{PyHookHandler: not allowed in .htaccess, since it runs code as the server}, 'Python can not say there either';
$log = error_log_since { is GET_RC('/tree/options/h.txt'), 500, 'what AllowOverride leaves out' } qr/options/;
like $log, qr{Options not allowed here}, 'stays out';

is +(GET '/disk/page.txt')->header('X-Disk'), 'file', 'None: the disk is asked';
is +(GET '/disk/page.txt?yes')->header('X-Disk'), 'python', 'a text: Python instead of the disk';
is +(GET '/disk/page.txt?no')->header('X-Disk'), undef, 'False: there is none, whatever the disk says';
is GET_BODY('/disk/page.txt?no'), "on disk\n", 'and the file is served';

for my $odd (@odd_htaccess) {
    my $log = error_log_since { is GET_RC("/odd-htaccess/$odd/x"), 403, "open_htaccess, $odd: the request is refused" } qr/PYHOOK/;
    like $log, qr/PYHOOK000[56]: open_htaccess virtual_tree:htaccess (raised|returned .*expected the text)/, 'and the log says why';
}
for my $odd (@odd_stat) {
    my $log = error_log_since { is GET_RC("/odd-stat/$odd/x"), 403, "dirwalk_stat, $odd: the request is refused" } qr/PYHOOK/;
    like $log, qr/PYHOOK000[56]: dirwalk_stat virtual_tree:stat (raised|returned .*expected an os.stat_result)/, 'and the log says why';
}
is GET_RC('/odd-stat/os'), 404, 'an os.stat_result: the handler was reached';

for my $host (qw(treeabsent statabsent)) {
    my $url = 'http://127.0.0.1:' . Apache::Test::config()->port($host) . '/disk/page.txt';
    my $log = error_log_since { is GET_RC($url), 403, "$host: a callable that is not there: the request is refused" } qr/PYHOOK/;
    like $log, qr/PYHOOK0004: \w+ virtual_tree:nothing can't be called/, 'and the log says why';
}
for my $directive (qw(PyHookDirwalkStat PyHookOpenHtaccess)) {
    my ($status, $output) = config_test("<Directory />\n$directive virtual_tree:stat\n</Directory>");
    like $output, qr/$directive not allowed in <Directory> context/, 'it is for a whole server';
    ($status, $output) = config_test("$directive tree");
    like $output, qr/$directive: 'tree' is not module:callable/, 'no callable: refused';
}
