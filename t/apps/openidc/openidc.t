# The recipe for single sign-on: mod_auth_openidc as it is, in front of a double of a provider, and the recipe's own Python.
use strict;
use warnings;

use Test::More;

use PyHook::Application;
use PyHook::Config qw(top);
use PyHook::Example;

my $shop = PyHook::Application->new('openidc', httpd => ['auth_openidc'], commands => ['curl']);
my @blocks = PyHook::Example::blocks_of(top() . '/docs/recipes.md');
my ($recipe) = map { $_->{text} } grep { $_->{tag} eq 'openidc' } @blocks;
my ($python) = map { $_->{text} } grep { ($_->{file} // '') eq 'sso.py' } @blocks;
$shop->write_file('sso.py', $python);
# What only a real provider has.
$shop->start($recipe =~ s/^OIDC(?:ProviderMetadataURL|ClientSecret) .*\n//gmr);

plan tests => 12;

sub sign_in { $shop->curl('-L', '-H', "X-Who: $_[0]", '/orders/today') }
sub forget  { unlink $shop->place('cookies') }

my $provider = $shop->url('/provider/authorize');
like $shop->curl('/orders/today'), qr{^HTTP/1.1 302 .*^Location: \Q$provider\E\?.*client_id=shop}ms, 'who is not known is sent to the provider';
forget();
like sign_in('ada'), qr{HTTP/1.1 200 OK.*the orders of Ada Lovelace \(ada\)\n\z}s, 'and comes back with a name and groups';
like $shop->curl('/orders/today'), qr{^HTTP/1.1 200 OK.*the orders of Ada Lovelace}s, 'who has a session needs no other login';
forget();
like sign_in('ben'), qr{HTTP/1.1 403 Forbidden}, 'the wrong group';
unlike $shop->curl('/orders/today'), qr{the orders of}, 'does not come in with its session either';
forget();
like sign_in('eve'), qr{HTTP/1.1 403 Forbidden}, 'nobody whom the provider does not know';
unlike $shop->curl('/orders/today'), qr{the orders of}, 'comes in';
forget();

# What a client says of itself counts for nothing.
my @claims = map { ('-H', $_) } 'OIDC_CLAIM_groups: sales', 'OIDC-CLAIM-groups: sales', 'Remote-User: ada', 'X-Remote-User: ada';
like $shop->curl(@claims, '/orders/today'), qr{^HTTP/1.1 302 }, 'claims in headers are no login';
unlike sign_in('ben') . $shop->curl(@claims, '/orders/today'), qr{the orders of}, 'and make no member of a group';
forget();
like $shop->curl('-H', 'Cookie: mod_auth_openidc_session=made-up', '/orders/today'), qr{^HTTP/1.1 302 }, 'a session that was made up is none';
like $shop->curl('/orders/signed-in?code=made-up&state=made-up'), qr{^HTTP/1.1 (?:302|400|401) }, 'nor is a code';

my @errors = grep { !/auth_openidc/ } split /^/, $shop->errors;
unlike $shop->errors, qr/pyhook:|PYHOOK/, 'no error of Python was logged';
