# `pyhook serve`: every kind of target, by a server in the foreground that stops when it is told to and leaves nothing behind.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use POSIX qw(WIFEXITED WEXITSTATUS);
use Socket qw(AF_UNIX SOCK_STREAM PF_UNSPEC);
use PyHook::Config qw(httpd new_directory top);
use PyHook::Ports qw(claim_ports);
use PyHook::Test qw(:DEFAULT write_file);
use PyHook::Tls;

my $directory = new_directory('served');
my $port      = claim_ports();
my $shop      = top() . '/t/command/served';
my @always    = ('--port', $port, '--httpd', httpd(), '--modules', $ENV{PYHOOK_LIBEXEC}, '--module', $ENV{PYHOOK_MODULE}, '--path', $shop);
mkdir "$directory/files" or die $!;
mkdir "$directory/run" or die $!;
write_file("$directory/files/a.txt", "a file\n");
write_file("$directory/wrong.conf", "NoSuchDirective\n");
$ENV{XDG_RUNTIME_DIR} = "$directory/run"; # where the servers have their directories
$ENV{PYTHONPATH} = top() . '/python';

sub read_file { my ($path) = @_; open my $file, '<', $path or return ''; local $/; return <$file> // '' }

# The command with these words: its process, and what it says goes to $directory/output.
sub command {
    my (@words) = @_;
    unlink "$directory/output";
    my $pid = fork // die "fork: $!";
    return $pid if $pid;
    open STDIN, '<', '/dev/null';
    open STDOUT, '>', "$directory/output" or die $!;
    open STDERR, '>&', \*STDOUT;
    exec 'python3', '-m', 'pyhook', @words or POSIX::_exit(127);
}

sub ended { my ($pid) = @_; waitpid $pid, 0; return WIFEXITED($?) ? WEXITSTATUS($?) : "signal $?" }

# What the block finds while these words are served; then the command is interrupted.
sub while_serving(&@) {
    my ($block, $words, $name, $signal) = @_;
    my $pid = command('serve', @$words, @always);
    my $ready = until_true { read_file("$directory/output") =~ /Ctrl-C/ };
    ok $ready, "$name: says that it serves" or diag read_file("$directory/output");
    $block->() if $ready;
    kill $signal // 'INT', $pid;
    is ended($pid), 0, "$name: stops when it is told to" or diag read_file("$directory/output");
    is_deeply [glob "$directory/run/*"], [], "$name: leaves nothing behind";
}

# The body alone, or nothing.
sub get {
    my ($path, @options) = @_;
    my $url = $path =~ /^https:/ ? $path : "http://127.0.0.1:$port$path";
    open my $output, '-|', 'curl', '-s', '--path-as-is', '--max-time', 30, @options, $url or die "curl: $!";
    local $/;
    return <$output> // '';
}

while_serving {
    is get('/x'), "wsgi  /x http 127.0.0.1\n", 'a module alone: its application';
    is get('/hello/there'), "handler /there\n", 'a handler below a path';
    is get('/live/now'), "asgi /live/now\n", 'an ASGI application below a path';
    is get('/files/a.txt'), "a file\n", 'files below a path';
    isnt get('/files/../output'), read_file("$directory/output"), 'and nothing beside them';
    is get('/x', '-H', 'X-Forwarded-Proto: https', '-H', 'X-Forwarded-For: 192.0.2.7'), "wsgi  /x http 127.0.0.1\n",
        'what a client says of a proxy is not believed';
} ['command_shop', '--mount', '/hello=command_shop:greet', '--mount', '/live=command_shop:asgi', '--static', "/files=$directory/files"],
    'a site of all kinds';
like read_file("$directory/output"), qr{^Starting \S+ …\n(?:.*\n)*http://127\.0\.0\.1:$port/  wsgi command_shop:application$}m, 'it says what is served where';

while_serving {
    is get('/hello'), "handler /hello\n", 'everything is the handler';
    is get('/files/a.txt'), "a file\n", 'but for what is mounted';
} ['command_shop:greet', '--static', "/files=$directory/files", '--access-log'], 'a handler', 'TERM';
like read_file("$directory/output"), qr{"GET /hello HTTP/1\.1" 200}, 'with an access log on the standard output';

while_serving {
    is get('/a.txt'), "a file\n", 'a file of it';
    my ($run) = read_file("$directory/output") =~ /^pyhook ps --run (\S+) tells what runs/m;
    like `python3 -m pyhook ps --run '$run' 2>&1`, qr/^ *PID .*\n *\d+ /, 'pyhook ps looks into it, as the command says';
    unlike get('/pyhook/'), qr/<!DOCTYPE html>\n<html lang/, 'there is no console';
} ["$directory/files"], 'a directory';

while_serving {
    is get('/x'), "wsgi  /x http 127.0.0.1\n", 'the application';
    like get('/pyhook/data.json'), qr/"routes"/, 'and the console, without a configuration';
    is get('/pyhook/data.json', '-o', '/dev/null', '-w', '%{http_code}', '-H', 'X-Forwarded-For: 192.0.2.7'), '403', 'to nobody else';
} ['command_shop', '--console'], 'the console';

while_serving {
    is get('/x', '-H', 'X-Forwarded-Proto: https', '-H', 'X-Forwarded-For: 192.0.2.7'), "wsgi  /x https 192.0.2.7\n",
        'what the proxy says is believed where it is said so';
} ['command_shop', '--proxy-headers', '--processes', 2, '--threads', 3], 'behind a proxy';

make_certificate($directory);
while_serving {
    is get("https://127.0.0.1:$port/x", '-k', '--http2', '-w', '%{http_version}'), "wsgi  /x https 127.0.0.1\n2", 'HTTP/2 over TLS';
} ['command_shop', '--tls', "$directory/certificate.pem", "$directory/key.pem", '--http2'], 'TLS';

while_serving {
    is get('/x', '--http2', '-w', '%{http_version}'), "wsgi  /x http 127.0.0.1\n2", 'HTTP/2 by an upgrade';
} ['command_shop', '--http2'], 'HTTP/2 without TLS';

# While code is edited.
mkdir "$directory/edited" or die $!;
sub edit { my ($says) = @_; replace_file("$directory/edited/command_edited.py", "def page(req):\n    $says\n") }
edit('return "before"');
while_serving {
    is get('/'), 'before', 'what is there';
    edit('return "after"');
    ok until_true { get('/') eq 'after' }, 'an edit is picked up';
    edit('raise ValueError("<wrong>")');
    ok until_true { get('/') =~ /^PYHOOK0005.*ValueError: <wrong>$/ms }, 'an exception is shown';
    like get('/', '-H', 'Accept: text/html'), qr{<h1>ValueError: &lt;wrong&gt;</h1>.*pyhook-serve-.*/httpd\.conf:\d+}s, 'as a page for a browser';
} ['command_edited:page', '--path', "$directory/edited", '--reload', '--debug'], 'edited code';

# An environment of its own.
SKIP: {
    skip 'no environment can be made here', 4 if system('python3', '-I', '-m', 'venv', '--without-pip', "$directory/venv");
    my ($packages) = glob "$directory/venv/lib/python3*/site-packages";
    write_file("$packages/command_in_venv.py", "import sys\ndef page(req):\n    return sys.prefix\n");
    while_serving {
        is get('/'), "$directory/venv", 'its packages, and its prefix';
    } ['command_in_venv:page', '--home', "$directory/venv"], 'a virtual environment';
}

# Standard error that can't be opened by its name: a socket, as systemd gives it.
{
    socketpair my $heard, my $given, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die $!;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        open STDIN, '<', '/dev/null';
        open STDERR, '>&', $given or die $!;
        exec 'python3', '-m', 'pyhook', 'serve', 'command_shop:fails', @always or POSIX::_exit(127);
    }
    close $given;
    $heard->blocking(0);
    my $said = '';
    my $hears = sub { my ($words) = @_; until_true { sysread $heard, $said, 65536, length $said; $said =~ $words } };
    ok $hears->(qr/Ctrl-C/), 'standard error is a socket: it serves' or diag $said;
    get('/x');
    ok $hears->(qr/^\[.*RuntimeError: into the log$/m), 'and the log is written there' or diag $said;
    kill TERM => $pid;
    is ended($pid), 0, 'and it stops';
}

# What can't be served is refused with a sentence, before httpd has started.
my $busy = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port + 5, Listen => 1, ReuseAddr => 1) or die $!;
for (
    [['no_such_module'], qr/^pyhook: there is no module 'no_such_module' in \Q$shop\E or .*: correct the name, .* with --path$/],
    [['command_shop:missing'], qr/^pyhook: .* has no 'missing', but /],
    [['command_shop:make'], qr/^pyhook: command_shop:make takes no arguments, as a factory: to serve what it makes, write 'command_shop:make\(\)'$/],
    [["$directory/nowhere/"], qr{^pyhook: there is no file or directory \Q$directory/nowhere/\E$}],
    [['command_shop', '--port', $port + 5], qr/^pyhook: port @{[$port + 5]} of 127\.0\.0\.1 can't be used: .*--port/m],
    [['command_shop', '--static', '/x=/no/such/directory'], qr{^pyhook: --static /x=/no/such/directory: there is no such directory}m],
    [['command_shop', '--home', '/no/such/venv'], qr{^pyhook: /no/such/venv/bin/python can't be run}m],
    [['command_shop', '--include', "$directory/wrong.conf"], qr/^pyhook: httpd refuses the configuration:/m],
    [['command_shop', '--user', 'nobody'], qr/^pyhook: only root can choose a --user/m],
) {
    my ($words, $said) = @$_;
    is ended(command('serve', @always, @$words)), 1, "@$words: refused";
    like read_file("$directory/output"), $said, "@$words: why, is said";
}

is ended(command('serve', 'command_shop', @always, '--print-config')), 0, 'the configuration is printed';
like read_file("$directory/output"), qr/^PyHookWSGIAlias "\/" "command_shop:application" preload$/m, 'and is the one';

# A killed command takes its server with it.
my $killed = command('serve', 'command_shop', @always);
until_true { read_file("$directory/output") =~ /Ctrl-C/ };
kill KILL => $killed;
ended($killed);
ok until_true { get('/x') eq '' }, 'killed: its server stops';

done_testing;
