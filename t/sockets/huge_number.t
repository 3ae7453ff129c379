# 10**30 from every callable that httpd calls by a name, and from the server hooks: a wrong result, never an exception
# that stays until the next call of the thread.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my $login = 'Basic YW5uOnNlY3JldA==';

# The request that asks for it, and the callable that the log then names.
my @ways = (
    ['/huge/basic',  'authn_provider huge_number:Huge', Authorization => $login],
    ['/huge/authz',  'authz_provider huge_number:Huge'],
    ['/huge/map',    'rewrite_map huge_number:huge'],
    ['/huge/truth',  'expr huge_number:huge', Word => 'x'],
    ['/huge/list',   'expr huge_number:huge', Word => 'x'],
    ['/huge/url',    'default_port huge_number:huge'],
    ['/huge/url',    'http_scheme huge_number:huge'],
    ['/huge/tree/x', 'dirwalk_stat huge_number:huge_below'],
);
plan tests => 2 * @ways + 3;

my $server = PyHook::Server->new(children => 1, conf => <<'END')->start;
PyHookAuthnProvider huge huge_number:Huge
PyHookAuthzProvider huge huge_number:Huge
PyHookRewriteMap huge huge_number:huge
PyHookIncludeElement huge huge_number:huge
PyHookDefaultPort huge_number:huge
PyHookHttpScheme huge_number:huge
PyHookDirwalkStat huge_number:huge_below
LogFormat "%U %{huge_number:huge}^py" huge
CustomLog @t_logs@/huge huge
Alias /huge/tree /nowhere/huge
RewriteEngine On
RewriteMap huge int:huge
RewriteRule ^/huge/map /${huge:x} [PT]
<Location /huge>
    Require all granted
    PyHookHandler huge_number:well
</Location>
<Location /huge/basic>
    AuthType Basic
    AuthName huge
    AuthBasicProvider huge
    Require valid-user
</Location>
<Location /huge/authz>
    Require huge
</Location>
<Location /huge/truth>
    Require expr %{HTTP:Word} -pyhook 'huge_number:huge'
</Location>
<Location /huge/list>
    Require expr %{HTTP:Word} -in pyhook('huge_number:huge')
</Location>
<Location /huge/page>
    Options +IncludesNOEXEC
    SetOutputFilter INCLUDES
    PyHookHandler huge_number:page
</Location>
<Location /huge/url>
    PyHookHandler huge_number:url
</Location>
END
my ($child) = $server->child_pids;
for (@ways) {
    my ($path, $who, @headers) = @$_;
    my $before = length $server->error_log;
    my $code = GET_RC $server->url($path), @headers;
    like substr($server->error_log, $before), qr/PYHOOK0006: \Q$who\E\S* returned 10{30} of type int: expected/, "$who: a wrong result, $code";
    like GET_BODY($server->url('/huge/url')), qr{^http://.*/huge/url$}, 'and the next call is as ever';
}
is GET_BODY($server->url('/huge/page')), '1' . '0' x 30, 'where a number is a text it may be of any size';
unlike $server->error_log, qr/SystemError|exception set/, 'no exception was left behind';
is join(' ', $server->child_pids), $child, 'the child serves on';
