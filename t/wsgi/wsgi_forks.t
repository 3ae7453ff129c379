# A process that is forked while an application is loaded ends: it never serves as a second httpd child.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my %status = (exits => 7, raises => 1, returns => 1, 'module-raises' => 9, 'module-returns' => 1, class => 8);

plan tests => 2 * keys(%status) + 5;

for my $how (sort keys %status) {
    my $answer;
    my $request = "GET /wsgi-forks-loading/$how HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    my $log = error_log_since { $answer = raw_request($request) };
    like $answer, qr/^HTTP\/1\.1 200 (?!.*HTTP\/1\.1).*\r\n\r\nstatus $status{$how}$/s, "$how: the child ended, and said nothing";
    $status{$how} == 1
        ? like $log, qr/PYHOOK0011: a process forked by wsgi_forks\S* came back/, 'the log tells'
        : is $log, '', 'which the log need not tell of an exit';
}

my $answer = raw_request("GET /wsgi-forks-answers HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
unlike $answer, qr/of the child|201/, 'a forked child sends nothing';
is $answer =~ s/.*?\r\n\r\n//sr, join('', map { "a forked process can't use the $_: its client belongs to httpd\n" } qw(response response Request)),
    'whatever it tries raises';
for my $conf ('PyHookImport wsgi_forks_returns', 'PyHookImport wsgi_forks_raises', 'PyHookErrorLog wsgi_forks_raises:ignore') {
    my ($name, $module) = $conf =~ /^\w+ ((\w+)\S*)/ ? ($1, $2) : die;
    my $server = PyHook::Server->new(conf => "$conf\nPyHookWSGIAlias / $module:application", children => 1)->start;
    is GET_BODY($server->url('/')), 'status ' . ($module =~ /raises/ ? 9 : 1), "$conf, as the server starts";
}
