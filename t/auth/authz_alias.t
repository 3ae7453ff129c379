# PyHookAuthzProvider and PyHookAuthnProvider behind httpd's aliases and caches.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 16;

my $conf = <<'END';
PyHookAuthzProvider age authz:of_age authz:number
PyHookAuthzProvider team authz:in_group
PyHookAuthnProvider people authz:people
PyHookAuthnProvider staff authn:Staff
AuthnCacheSOCache shmcb
<AuthzProviderAlias age adult 18>
</AuthzProviderAlias>
<AuthzProviderAlias team board-member board>
</AuthzProviderAlias>
<AuthnProviderAlias people everybody>
</AuthnProviderAlias>
<Location />
    AuthType Basic
    AuthName aliases
    AuthBasicProvider everybody
</Location>
<Location /adult>
    Require adult
</Location>
<Location /board>
    <RequireAll>
        Require board-member
        Require adult
    </RequireAll>
</Location>
<Location /cached-digest>
    AuthType Digest
    AuthName "the realm"
    AuthDigestProvider socache staff
    AuthnCacheProvideFor staff
    Require valid-user
    PyHookHandler authn:show
</Location>
END
my $server = PyHook::Server->new(children => 1, conf => $conf)->start;

sub status {
    my ($path, $user, @how) = @_;
    my ($exit, $answer) = curl(@how, '-u', "$user:" . (@how ? 'secret' : 'pw'), $server->url($path));
    return ($answer =~ m{^HTTP/1\.1 (\d+)}mg)[-1];
}

for my $when ('at first', 'after a restart') {
    is status('/adult', 'ann'), 404, "$when: the alias of a Require line grants";
    is status('/adult', 'ben'), 401, 'and denies';
    is status('/board', 'ann'), 404, 'several of them together';
    is status('/board', 'ben'), 401, 'deny, too';
    $server->graceful if $when eq 'at first';
}
is status('/cached-digest', 'ann', '--digest'), 200, 'a realm hash';
my (undef, $answer) = curl('--digest', '-u', 'ann:secret', $server->url('/cached-digest'));
like $answer, qr/^ann Digest$/m, 'that the cache has';
is status('/cached-digest', 'nobody', '--digest'), 401, 'nobody is cached';
$server->stop;
unlike $server->error_log, qr/PYHOOK|exit signal/, 'nothing has gone wrong';

my ($status, $output) = config_test($conf);
is $status, 0, 'the configuration test says so as well';
($status, $output) = config_test("<AuthzProviderAlias unheard x y>\n</AuthzProviderAlias>");
like $output, qr/Unknown Authz provider: unheard/, 'a name that nobody defined';
$server = PyHook::Server->new(children => 1, conf => $conf =~ s/adult 18/adult eighteen/r)->start;
is status('/adult', 'ann'), 500, 'a line that its parser refuses closes the place';
like $server->error_log, qr/PYHOOK0020: authz_provider authz:of_age refuses the line "Require age eighteen"/, 'and the log says why';
