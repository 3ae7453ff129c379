# Named interpreters are separate, and the members of a pool share the requests for one name.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY);
use PyHook::Test;

my $threaded = $ENV{PYHOOK_MPM} ne 'prefork';
plan tests => 22 + ($threaded ? 1 : 0);

sub last_of { (split ' ', GET_BODY $_[0])[1] }

my $before = last_of('/shop/count');
last_of('/main/count') for 1 .. 3;
SKIP: {
    skip 'every child of prefork counts for itself', 1 unless $threaded;
    is last_of('/shop/count'), $before + 1, 'a module of one interpreter is not seen by the other';
}

for my $round (1 .. 3) {
    is GET_BODY('/main/whose'), "main main\n", 'PyGILState_Ensure lands in the main interpreter';
    is GET_BODY('/shop/whose'), "named_shop named_shop\n", '… and in a named one, on the same threads';
}

my @shop = split /\n/, GET_BODY('/shop/environment');
is $shop[0], 'dark red', 'setenv= is in the os.environ of its interpreter';
is $shop[1], 'True', 'import= is imported before the first request';
is $shop[2], Apache::Test::vars('t_conf'), 'path= stands first on sys.path';
is +(split /\n/, GET_BODY('/main/environment'))[0], '-', '… and setenv= in no other';

for my $round (1 .. 3) {
    my ($member) = GET_BODY('/pool/phases') =~ m{^header_parser\@(named_pool/\d) fixups\@\1 handler\@\1$}
        or fail 'all phases of a request run in the same member';
    ok $member, "all phases of request $round run in the same member";
}
my ($outer, $inner) = split /\n/, GET_BODY('/pool/outer');
is $inner, $outer, 'a sub-request runs where its main request does';

is GET_BODY('/main/fork'), "forked, 0\n", 'the main interpreter forks';
like GET_BODY('/shop/fork'), qr/^fork is not supported in a named interpreter: /, '… and a named one says that it does not';
is GET_BODY("/$_/run"), {main => 'main', shop => 'named_shop'}->{$_} . "\n", "$_: subprocess runs programs" for qw(main shop);

if ($threaded) {
    my $meeting = Apache::Test::vars('t_logs') . '/meeting';
    mkdir $meeting or die "$meeting: $!";
    chmod 0777, $meeting;
    my $url = 'http://' . Apache::TestRequest::hostport() . '/pool/meet?3';
    my @clients = map { open my $pipe, '-|', 'curl', '-s', '-m', 20, $url or die "curl: $!"; $pipe } 1 .. 3;
    my %members = map { my $name = <$_>; chomp $name; $name => 1 } @clients;
    is_deeply [sort keys %members], ['named_pool/1', 'named_pool/2', 'named_pool/3'],
        'requests at the same time go to idle members';
}

my $refused = sub { (config_test($_[0]))[1] };
like $refused->('PyHookInterpreter x count=0'), qr/PyHookInterpreter: count=0 is no number from 1 to 64/, 'count=0';
like $refused->('PyHookInterpreter x gil=mine'), qr/gil=mine is unknown: write gil=own or gil=shared/, 'gil=mine';
like $refused->('PyHookInterpreter x colour=red'), qr/'colour=red' is unknown: after the name come gil=, /, 'unknown key';
