# Callables that check passwords for AuthBasicProvider and AuthDigestProvider.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 51;

# Status of a request with this user and password, after the challenge if there is one, and the answer.
sub login {
    my ($path, $user, $password, @how) = @_;
    my ($exit, $answer) = curl(@how, '-u', "$user:$password", $path);
    my @statuses = $answer =~ m{^HTTP/1.1 (\d+)}mg;
    return ($statuses[-1], $answer);
}

sub status { (login(@_))[0] }

for my $place (qw(basic class stored alias)) {
    is status("/authn/$place", 'ann', 'secret'), 200, "$place: the right password";
    is status("/authn/$place", 'ann', 'wrong'), 401, "$place: a wrong one";
    is status("/authn/$place", 'nobody', 'secret'), 401, "$place: an unknown user";
}
is GET_RC('/authn/basic'), 401, 'nobody';
is status('/authn/basic', 'ben', 'näh'), 200, 'a password that is not ASCII';
is status('/authn/basic', '', ''), 401, 'an empty user';
like +(login('/authn/basic', 'ann', 'secret'))[1], qr/^ann Basic$/m, 'the handler sees the user';

for my $place (qw(stack stack-reverse)) {
    is status("/authn/$place", 'ann', 'secret'), 200, "$place: the callable knows her";
    is status("/authn/$place", 'cyd', 'file'), 200, "$place: the file knows him";
    is status("/authn/$place", 'cyd', 'wrong'), 401, "$place: but not this password";
}
is status('/authn/stack', 'ann', 'wrong'), 401, 'a wrong password ends the search';

my ($status, $answer) = login('/authn/cached', 'ann', 'secret');
like $answer, qr/^X-Asked: \d/m, 'the callable was asked';
($status, $answer) = login('/authn/cached', 'ann', 'secret');
is $status, 200, 'the second time';
unlike $answer, qr/^X-Asked/m, 'the cache answers';
is status('/authn/cached', 'ann', 'wrong'), 401, 'also to a wrong password';

for my $place (qw(digest digest-class)) {
    is status("/authn/$place", 'ann', 'secret', '--digest'), 200, "$place: the right password";
    is status("/authn/$place", 'ann', 'wrong', '--digest'), 401, "$place: a wrong one";
    is status("/authn/$place", 'nobody', 'secret', '--digest'), 401, "$place: an unknown user";
}
my $log = error_log_since {
    is status('/authn/digest-odd', 'ann', 'secret', '--digest'), 500, 'no realm hash: nobody gets in'
} qr/PYHOOK/;
like $log, qr/PYHOOK0004: authn_provider authn:odd.get_realm_hash can't be called/, 'and the log says why';

for my $user (qw(raise one bytes nul list)) {
    my $log = error_log_since { is status('/authn/odd', $user, 'x'), 500, "$user: nobody gets in" } qr/PYHOOK/;
    like $log, qr/authn_provider authn:odd (raised|returned .* of type)/, 'and the log says why';
}
is status('/authn/absent', 'ann', 'secret'), 500, 'an unknown callable: nobody gets in';

sub refused {
    my ($conf, $reason, %how) = @_;
    my ($status, $output) = config_test($conf, %how);
    return $status != 0 && $output =~ $reason;
}

ok refused('PyHookAuthnProvider file authn:people', qr/PyHookAuthnProvider: 'file': there is .* of this name already/),
    'a name that is taken: refused';
ok refused('PyHookAuthnProvider x people', qr/PyHookAuthnProvider: 'people' is not module:callable/),
    'no callable: refused';
ok refused('PyHookAuthnProvider x authn:people hash', qr/PyHookAuthnProvider: 'hash' is not module:callable/),
    'no second callable: refused';
ok refused("<Location />\nAuthBasicProvider unheard\n</Location>", qr/Unknown Authn provider: unheard/),
    'a name that nobody defined: refused';
ok refused("<VirtualHost *:1>\nPyHookAuthnProvider x authn:people\n</VirtualHost>",
    qr/PyHookAuthnProvider: not allowed in <VirtualHost>: it holds for the whole server/), 'a name of one server only: refused';
