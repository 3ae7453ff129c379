# The handler pyhook-health tells a load balancer whether this machine should get requests, without Python.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY HEAD OPTIONS POST);
use JSON::PP qw(decode_json);
use Time::HiRes qw(time);
use PyHook::Config qw(new_directory);
use PyHook::Test;

plan tests => 37;

my $place  = new_directory('health');
my $broken = "$place/broken";
my $drain  = "$place/drain";
my $health = "<Location /health>\nSetHandler pyhook-health\n</Location>\n";
my $conf   = <<"CONF";
$health
PyHookSetEnv HEALTH_BROKEN $broken
PyHookDrain $drain
CONF
my $application = "PyHookWSGIAlias /shop health:application preload\n";

sub touch { PyHook::Test::write_file($_[0], '') }

# What the server with this configuration says, in words.
sub said_by {
    my ($server) = @_;
    my $answer = GET($server->url('/health'));
    my $told = decode_json($answer->content);
    return join ': ', $answer->code . " $told->{state}", @{ $told->{reasons} };
}

sub server_with { PyHook::Server->new(children => 1, conf => $_[0])->start }

# Ready.
{
    my $server = server_with($conf . $application . <<'CONF');
<Location /wait>
    PyHookHandler health:wait
</Location>
<Location /release>
    PyHookHandler health:release
</Location>
CONF
    my $answer = GET($server->url('/health'));
    is $answer->code, 200, 'a machine that is ready';
    is $answer->content, qq({"state": "ready", "reasons": [], "requests": 0}\n), '… says so';
    is $answer->header('Content-Type'), 'application/json', '… in JSON';
    is $answer->header('Cache-Control'), 'no-store', '… that no cache keeps';
    is HEAD($server->url('/health'))->code, 200, 'HEAD asks, too';
    is OPTIONS($server->url('/health'))->code, 200, 'OPTIONS asks, too';
    is POST($server->url('/health'))->code, 405, 'POST does not';

    # Draining.
    touch($drain);
    is said_by($server), '503 draining: the file of PyHookDrain is there', 'the file of PyHookDrain makes it say no';
    is HEAD($server->url('/health'))->code, 503, '… to HEAD';
    is OPTIONS($server->url('/health'))->code, 503, '… to OPTIONS';
    is GET_BODY($server->url('/shop')), "served\n", '… and requests are still served';
    $server->graceful;
    is said_by($server), '503 draining: the file of PyHookDrain is there', '… after a graceful restart, too';

  SKIP: {
        skip 'a child of prefork serves one request', 3 if $server->{mpm} eq 'prefork';
        my $waiting = fork // die "fork: $!";
        exit(GET_BODY($server->url('/wait')) ne "waited\n") unless $waiting;
        ok until_true(sub { decode_json(GET_BODY($server->url('/health')))->{requests} == 1 }), 'a request that goes on is counted';
        GET($server->url('/release'));
        ok until_true(sub { decode_json(GET_BODY($server->url('/health')))->{requests} == 0 }), '… until it has ended';
        waitpid $waiting, 0;
        is $?, 0, '… with its answer';
    }
    unlink $drain;
    is said_by($server), '200 ready', 'without the file the machine is ready';
}

# An application, and what it needs comes back.
touch($broken);
{
    my $server = server_with($conf . $application);
    is said_by($server), '503 not ready: the application health:application could not be loaded',
        'an application that could not be loaded';
    unlink $broken;
    ok until_true(sub { said_by($server) eq '200 ready' }), '… is tried again, though no request asks for it';
    is GET_BODY($server->url('/shop')), "served\n", '… and then serves';
}

# One that is not preloaded fails alone: otherwise one broken page would take all machines away.
touch($broken);
{
    my $server = server_with($conf . "PyHookWSGIAlias /shop health:application\n");
    is GET($server->url('/shop'))->code, 500, 'an application without preload fails';
    is said_by($server), '200 ready', '… alone';
}

# A plug-in.
{
    my $server = server_with($conf . "PyHookInterpreter shop import=health\n");
    is said_by($server), "503 not ready: interpreter 'shop' could not import what PyHookImport or import= names",
        'a plug-in that could not be imported';
    unlink $broken;
    ok until_true(sub { said_by($server) eq '200 ready' }), '… is tried again';
}

# An interpreter, and Python itself.
{
    my $site = new_directory('broken-site');
    PyHook::Test::write_file("$site/pyhook/__init__.py", qq(raise OSError("not in there")\n));
    my $named = server_with($conf . "PyHookInterpreter shop path=$site\n");
    like said_by($named), qr/^503 not ready: interpreter 'shop' could not start$/, 'an interpreter that could not start';
    my $server = PyHook::Server->new(children => 1, conf => $conf, path => $site)->start;
    like said_by($server), qr/^503 not ready: Python has not started$/, 'Python that could not start';
}

# Python that nobody gets. Under prefork another child answers.
{
    my $server = PyHook::Server->new(children => $ENV{PYHOOK_MPM} eq 'prefork' ? 2 : 1, conf => $conf . <<'CONF')->start;
<Location /lock>
    PyHookHandler health:keep_the_lock
</Location>
CONF
    my $holding = fork // die "fork: $!";
    exit(GET_BODY($server->url('/lock')) ne "slept\n") unless $holding;
    touch($drain);
    my $said;
    ok until_true(sub { $said = said_by($server); kill 0 => $holding }), 'a request that holds the GIL';
    is $said, '503 draining: the file of PyHookDrain is there', '… and the answer needs no Python';
    ok !waitpid($holding, 1), '… which is still held';
    waitpid $holding, 0;
    unlink $drain;
}

# Processes.
{
    my $server = server_with($conf . "PyHookProcesses away import=nothing_of_this_name start-timeout=5\n");
    is said_by($server), "503 not ready: none of the processes 'away' is ready", 'processes that do not get ready';
}

# Wrong configurations.
my ($status, $output) = config_test("PyHookDrain $place/nowhere/drain\n");
isnt $status, 0, 'a file in a directory that is not there';
like $output, qr{PyHookDrain: there is no directory $place/nowhere: make it, or name a file in another one}, '… is refused';
($status, $output) = config_test("PyHookDrain $place\n");
like $output, qr{PyHookDrain: $place is a directory: name a file, which is there while the machine drains}, 'a directory';
($status, $output) = config_test("PyHookDrain $drain\nPyHookDrain $drain\n");
like $output, qr{PyHookDrain: the file is $drain already: write the directive once}, 'two files';
($status, $output) = config_test("<VirtualHost *:1>\nPyHookDrain $drain\n</VirtualHost>\n");
like $output, qr{PyHookDrain: }, 'a file of a virtual host';
($status, $output) = config_test(qq(PyHookDrain ""\n));
isnt $status, 0, 'no file';

# Who can't look at the file can't say that it is not there.
{
    my $server = server_with($conf);
    chmod 0, $place;
    like said_by($server), qr/^503 draining: the file of PyHookDrain can't be looked at: Permission denied$/, 'a file that cannot be looked at';
    chmod 0755, $place;
    is said_by($server), '200 ready', '… until it can';
}
