# What could not be imported, or made, is tried again at a request, at most once a second: a database that was away may be back.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY GET_RC);
use File::Path qw(make_path remove_tree);
use PyHook::Test;
use Time::HiRes qw(time);

my %named = (module => 'another_try_module:page', memory => 'another_try_memory:page', instance => 'another_try:Connected');
plan tests => 4 * keys(%named) + 1;

my $place = Apache::Test::vars('t_logs') . '/another-try';
remove_tree($place);
make_path($place);
chmod 0777, $place;

my $server = PyHook::Server->new(children => 1, conf => <<CONF . join '', map { <<CONF } sort keys %named)->start;
PyHookSetEnv PYHOOK_TEST_PLACE "$place"
CONF
<Location /$_>
    PyHookHandler $named{$_}
</Location>
CONF

sub tries { -s "$place/$_[0].tries" // 0 }

for my $what (sort keys %named) {
    unlink "$place/there";
    my $url   = $server->url("/$what");
    my $began = time;
    my %codes = map { GET_RC($url) => 1 } 1 .. 20;
    is join(' ', keys %codes), 500, "$what: refused while it is away";
    cmp_ok tries($what), '<=', 1 + (time - $began), '… and tried at most once a second';
    open my $there, '>', "$place/there" or die $!;
    close $there;
    is body_when($url, qr/served/), "served\n", '… served when it is back, by the same child';
    my $tries = tries($what);
    GET_BODY $url for 1 .. 3;
    is tries($what), $tries, '… and not tried any more';
}
is scalar(() = $server->error_log =~ /resuming normal/g), 1, 'with no restart';
