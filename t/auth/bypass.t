# Hooks that decide by URI are asked for every URI, in every section and however httpd reaches it.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Config qw(top);
use PyHook::Test;

my $files = top() . '/t/htdocs/bypass';
my $login = "<Directory $files>\nAuthType Own\nAuthName x\nRequire valid-user\n</Directory>\n";
my $any   = "<Directory $files>\nSatisfy Any\nRequire all denied\n</Directory>\n";

# Each hook's surrounding configuration, and its directive.
my %hooks = (
    access_checker    => ['', 'PyHookAccessChecker bypass:access_checker'],
    satisfy_any       => [$any, 'PyHookAccessChecker bypass:access_checker'],
    access_checker_ex => ['', 'PyHookAccessCheckerEx bypass:access_checker_ex'],
    check_authn       => [$login, 'PyHookCheckAuthn bypass:check_authn'],
    check_authz       => [$login, "PyHookCheckAuthn bypass:login\nPyHookCheckAuthz bypass:check_authz"],
);

my %sections = (
    'virtual host'  => ['', ''],
    Directory       => ["<Directory $files>", '</Directory>'],
    DirectoryMatch  => ["<DirectoryMatch ^$files>", '</DirectoryMatch>'],
    Files           => ['<Files "*">', '</Files>'],
    FilesMatch      => ['<FilesMatch ^>', '</FilesMatch>'],
    Location        => ['<Location /bypass>', '</Location>'],
    LocationMatch   => ['<LocationMatch ^/bypass>', '</LocationMatch>'],
    If              => ['<If true>', '</If>'],
);

my %ways = (
    'directly'                  => '/secret.txt',
    'an SSI include'            => '/page.shtml',
    'an SSI include by file'    => '/file.shtml',
    'MultiViews'                => '/doc',
    'a type map'                => '/map.var',
    'DirectoryIndex'            => '/index/',
    'FallbackResource'          => '/fallback/x',
    'mod_rewrite'               => '/rewrite/x',
    'mod_actions'               => '/page.acted',
    'ErrorDocument'             => '/missing',
    'a redirect of Python\'s'   => '/lead',
    'lookup_uri of Python\'s'   => '/look/uri',
    'lookup_file of Python\'s'  => '/look/file',
);

# The configuration for each of the ways.
my $paths = <<"END";
LoadModule access_compat_module $ENV{PYHOOK_LIBEXEC}/mod_access_compat.so
RewriteEngine On
<Directory $files>
    Options +Includes +MultiViews +Indexes
    AddOutputFilter INCLUDES .shtml
    AddHandler type-map .var
    Action acted /bypass/secret.txt
    AddHandler acted .acted
    ErrorDocument 404 /bypass/secret.txt
</Directory>
<Directory $files/index>
    DirectoryIndex secret.txt
</Directory>
<Directory $files/fallback>
    FallbackResource /bypass/secret.txt
</Directory>
<Directory $files/rewrite>
    RewriteEngine On
    RewriteRule x secret.txt [L]
</Directory>
<Location /bypass/lead>
    PyHookHandler bypass:lead
</Location>
<Location /bypass/look>
    PyHookHandler bypass:look
</Location>
END

# These make httpd ask all hooks for every URI: they would hide it if mod_pyhook did not.
my @without = qw(allowmethods auth_form lua);

plan tests => 3 + (keys(%hooks) * (keys(%sections) + 1) + 1) * (keys(%ways) + 4);

my ($hosts, %named) = ('');
for my $section (sort keys %sections) {
    for my $hook (sort keys %hooks) {
        my $name = lc("$hook.$section") =~ tr/ _/--/r;
        $named{$name} = "$hook in $section";
        my ($opened, $closed) = @{ $sections{$section} };
        my ($around, $directive) = @{ $hooks{$hook} };
        $hosts .= "<VirtualHost *:\@port\@>\nServerName $name\n$around$opened\n$directive\n$closed\n</VirtualHost>\n";
    }
}
my $server = PyHook::Server->new(children => 1, without => \@without, conf => $paths . $hosts)->start;
try_all($server, $_, $named{$_}) for sort keys %named;

$hooks{'a decorator'} = ['', 'PyHookImport bypass_registered'];
for my $hook (sort keys %hooks) {
    $server = PyHook::Server->new(children => 1, without => \@without, conf => join "\n", $paths, @{ $hooks{$hook} })->start;
    try_all($server, '127.0.0.1', "$hook in the main server");
}

# Each record once, whatever finds the answer; a look-up is a separate record.
$server = PyHook::Server->new(children => 1, without => \@without, conf => "${paths}PyHookAccessChecker bypass:tells")->start;
my %asked = (
    '/open.txt'   => ['/open.txt'],
    '/index/'     => ['/index/', 'a sub-request for /index/secret.txt'],
    '/rewrite/x'  => ['/rewrite/x', '/rewrite/secret.txt'],
);
for my $path (sort keys %asked) {
    my $before = length $server->error_log;
    GET $server->url("/bypass$path");
    my @about = map { s{/bypass}{}r } substr($server->error_log, $before) =~ /(asked (?:twice )?about .*?);/g;
    is_deeply \@about, [map { "asked about $_" } @{ $asked{$path} }], "what $path asks about";
}

sub try_all {
    my ($server, $host, $name) = @_;
    my $body = sub { my ($path) = @_; return GET_BODY $server->url("/bypass$path"), Host => $host };
    for my $way (sort keys %ways) {
        unlike $body->($ways{$way}), qr/the secret/, "$name: $way";
    }
    like $body->('/page.shtml'), qr/\|open\n/, "$name: what is no secret is included";
    is $body->('/open.txt'), "open\n", "$name: and is sent";
    my $list = $body->('/list/');
    like $list, qr/open\.txt/, "$name: autoindex shows what is no secret";
    unlike $list, qr/secret\.txt/, "$name: and hides the rest";
}
