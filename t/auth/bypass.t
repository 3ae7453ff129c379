# Hooks that decide by URI are asked for every URI, however httpd comes to it.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Config qw(top);
use PyHook::Test;

my %hooks = (
    access_checker    => 'PyHookAccessChecker bypass:access_checker',
    access_checker_ex => 'PyHookAccessCheckerEx bypass:access_checker_ex',
    check_authn       => "AuthType Own\nAuthName x\nRequire valid-user\nPyHookCheckAuthn bypass:check_authn",
    check_authz       => "AuthType Own\nAuthName x\nRequire valid-user\nPyHookCheckAuthn bypass:login\n"
        . 'PyHookCheckAuthz bypass:check_authz',
);

my %ways = (
    'directly'              => '/secret.txt',
    'an SSI include'        => '/page.shtml',
    'negotiation'           => '/doc',
    'DirectoryIndex'        => '/index/',
    'mod_rewrite'           => '/rewrite/x',
    'ErrorDocument'         => '/missing',
    'a redirect of Python\'s' => '/lead',
);

plan tests => keys(%hooks) * (keys(%ways) + 3);

my $files = top() . '/t/htdocs/bypass';
for my $hook (sort keys %hooks) {
    # These make httpd ask all hooks for every URI: they would hide it if ours were not.
    my $server = PyHook::Server->new(children => 1, without => [qw(allowmethods auth_form lua)], conf => <<"END")->start;
RewriteEngine On
<Location /bypass>
    $hooks{$hook}
</Location>
<Directory $files>
    Options +Includes +MultiViews +Indexes
    AddOutputFilter INCLUDES .shtml
    ErrorDocument 404 /bypass/secret.txt
</Directory>
<Directory $files/index>
    DirectoryIndex secret.txt
</Directory>
<Directory $files/rewrite>
    RewriteEngine On
    RewriteRule x secret.txt [L]
</Directory>
<Location /bypass/lead>
    PyHookHandler bypass:lead
</Location>
END
    for my $way (sort keys %ways) {
        unlike GET_BODY($server->url("/bypass$ways{$way}")), qr/the secret/, "$hook: $way";
    }
    like GET_BODY($server->url("/bypass/page.shtml")), qr/\|open\n/, "$hook: what is no secret is included";
    my $list = GET_BODY $server->url("/bypass/list/");
    like $list, qr/open\.txt/, "$hook: autoindex shows what is no secret";
    unlike $list, qr/secret\.txt/, "$hook: and hides the rest";
}
