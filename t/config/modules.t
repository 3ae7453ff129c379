# A directive whose httpd module is not loaded says so; everything that needs no directive works without the module.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my @authn = qw(auth_basic auth_digest auth_form authn_core authn_file authn_socache);
my @authz = qw(authz_core authz_groupfile authz_host authz_user);
my @cases = (
    ['PyHookAuthnProvider x a:b',  'mod_authn_core.c',      @authn],
    ['PyHookAuthzProvider x a:b',  'mod_authz_core.c',      @authz],
    ['PyHookRewriteMap x a:b',     'mod_rewrite.c',         'rewrite'],
    ['PyHookIncludeElement x a:b', 'mod_include.c',         'include'],
    ['PyHookBalancerMethod x a:b', 'mod_proxy_balancer.c',  'proxy_balancer', 'lbmethod_byrequests'],
);
# The messages of httpd's own directives when mod_pyhook gives them a name, and their module is not loaded.
my @unknown = (
    ["PyHookAuthnProvider x a:b\n<Location />\nAuthBasicProvider x\n</Location>", 'AuthBasicProvider',  'auth_basic', 'auth_digest'],
    ["PyHookAuthnProvider x a:b\n<Location />\nAuthDigestProvider x\n</Location>", 'AuthDigestProvider', 'auth_digest'],
    ["PyHookAuthnProvider x a:b\n<Location />\nAuthFormProvider x\n</Location>", 'AuthFormProvider',   'auth_form'],
);

plan tests => 2 * @cases + @unknown + 4;

for my $case (@cases) {
    my ($line, $module, @without) = @$case;
    my ($status, $output) = config_test($line, without => \@without);
    my ($directive) = $line =~ /^(\w+)/;
    isnt $status, 0, "$line without $module: refused";
    like $output, qr/$directive: $module is not loaded: load it before mod_pyhook's directives/, 'with what is to be done';
}
for my $case (@unknown) {
    my ($line, $directive, @without) = @$case;
    my ($status, $output) = config_test($line, without => \@without);
    like $output, qr/Invalid command '$directive'/, "$directive needs its module";
}

my $server = PyHook::Server->new(
    children => 1,
    without  => [qw(status rewrite include proxy proxy_http proxy_balancer lbmethod_byrequests ssl http2 unique_id), grep { $_ ne 'authn_core' } @authn],
    conf     => "PyHookHandler modules:page\nPyHookGenerateLogId modules:none\nPyHookHttpScheme modules:none\n",
)->start;
my $response = GET $server->url('/x');
is $response->content, "/x None http\n", 'without any of them the rest works';
is +(GET $server->url('/server-status'))->code, 404, 'without mod_status nobody answers for the handler that SetHandler names';
is +(GET $server->url('/x'), Host => 'other')->code, 200, 'and goes on';
$server->stop;
unlike $server->error_log, qr/PYHOOK|exit signal/, 'nothing has gone wrong';
