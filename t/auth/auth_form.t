# PyHookAuthnProvider behind mod_auth_form: a login by a form, remembered in a session.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 15;

my $url = 'http://127.0.0.1:' . Apache::Test::config()->port('authform');

# The answer to a form with these fields, and the session that it starts.
sub login {
    my ($user, $password) = @_;
    my ($status, $answer) = curl('--data-urlencode', "httpd_username=$user", '--data-urlencode', "httpd_password=$password",
        "$url/dologin");
    my ($code) = $answer =~ m{^HTTP/1\.1 (\d+)};
    my ($session) = $answer =~ /^Set-Cookie: (session=[^;\r]+)/m;
    return ($code, $session, $answer);
}

sub get { (curl($_[1] ? ('-b', $_[1]) : (), "$url$_[0]"))[1] }

like get('/inside'), qr{^HTTP/1\.1 302 .*^Location: .*/login\r$}ms, 'who has not logged in is sent to the form';
like get('/login'), qr{/login None$}, 'which everybody may see';

my ($code, $ann, $answer) = login('ann', q(ann's secret));
is $code, 302, 'the right password';
like $answer, qr{^Location: .*/inside\r$}m, 'opens the door';
ok $ann, 'and there is a session';
like get('/inside', $ann), qr{^HTTP/1\.1 200 .*/inside ann$}s, 'by which the server knows the user';
my (undef, $ben) = login('ben', q(ben's secret));
like get('/inside', $ben), qr{/inside ben$}, 'another one is another one';

for (['ann', 'wrong'], ['nobody', q(ann's secret)], ['', '']) {
    my ($user, $password) = @$_;
    my ($code, $session) = login($user, $password);
    isnt get('/inside', $session // 'session=none') =~ m{^HTTP/1\.1 200}, 1, "'$user' with '$password' stays outside";
}
my $log = error_log_since { ($code, $answer) = login('raise', 'x') } qr/PYHOOK/;
is $code, 500, 'a callable that fails lets nobody in';
like $log, qr/PYHOOK0005: authn_provider auth_form:Members.check_password raised|PYHOOK0005: authn_provider auth_form:Members raised/, 'and the log says why';
unlike get('/inside', 'session=form-user=ann&form-pw=wrong'), qr{^HTTP/1\.1 200}, 'a session that is made up is checked again';

(undef, $answer) = curl('-b', $ann, "$url/logout");
like $answer, qr/^HTTP\/1\.1 30[27]/, 'who leaves';
my ($after) = $answer =~ /^Set-Cookie: (session=[^;\r]*)/m;
unlike get('/inside', $after // 'session=none'), qr{^HTTP/1\.1 200}, 'has left';
