# A failed import or instance is tried again at a request, at most once a second: a database that was away may be back.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY GET_RC);
use File::Path qw(make_path remove_tree);
use PyHook::Test;
use Time::HiRes qw(time);

my %named = (module => 'another_try_module:page', memory => 'another_try_memory:page', instance => 'another_try:Connected');
my %plugins = (
    'the main interpreter' => [['main'], 'PyHookImport another_try_plugin'],
    'a pool, with PyHookReload' => [['shop/1', 'shop/2'], <<'CONF'],
PyHookInterpreter shop count=2 import=another_try_plugin
PyHookRunIn shop
PyHookReload On
CONF
);
plan tests => 4 * keys(%named) + 1 + 9 * keys %plugins;

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
$server->stop;

# Plug-ins that cannot be imported when a child starts: everything is refused until they are there, and nothing that
# they have registered is called twice.
# registered is called twice.
for my $where (sort keys %plugins) {
    my ($interpreters, $conf) = @{ $plugins{$where} };
    unlink glob "$place/*";
    my $began = time;
    $server = PyHook::Server->new(children => 1, conf => "PyHookSetEnv PYHOOK_TEST_PLACE $place\n$conf")->start;
    my %codes = map { GET_RC($server->url('/index.html')) => 1 } 1 .. 20;
    is join(' ', keys %codes), 500, "$where: a static file is refused while a plug-in is not there";
    cmp_ok tries('plugin'), '<=', @$interpreters * (1 + (time - $began)), '… which is tried at most once a second';
    is marks($_), '', "… and nothing that it has registered is called ($_)" for qw(begun task);
    open my $there, '>', "$place/there" or die $!;
    close $there;
    ok until_true { GET_RC($server->url('/index.html')) == 200 }, '… served when it is, by the same child';
    is GET($server->url('/index.html?guarded'))->code, 403, '… its guard is asked';
    is scalar(my @asked = GET($server->url('/index.html'))->header('X-Guard')), 1, '… once';
    until_true { marks('task') eq "@$interpreters" };
    is join(', ', map { marks($_) } qw(begun whole task)), join(', ', ("@$interpreters") x 3), '… callbacks and tasks run once';
    $server->stop;
    is marks('ended'), "@$interpreters", '… at the end too';
}

sub marks {
    open my $file, '<', "$place/$_[0]" or return '';
    return join ' ', sort map { chomp; $_ } <$file>;
}
