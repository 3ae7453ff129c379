# `pyhook init`: what it writes starts as the unit says, serves, turns its logs, restarts and stops.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Config qw(httpd new_directory top);
use PyHook::Ports qw(claim_ports);
use PyHook::Test;
use Text::ParseWords qw(shellwords);

my $directory = new_directory('init');
my $port      = claim_ports();
my @always    = ('--port', $port, '--httpd', httpd(), '--modules', $ENV{PYHOOK_LIBEXEC}, '--module', $ENV{PYHOOK_MODULE});
$ENV{PYTHONPATH} = top() . '/python';

sub read_file { my ($path) = @_; open my $file, '<', $path or return ''; local $/; return <$file> // '' }

# Exit status and output of the command with these words.
sub init {
    my (@words) = @_;
    my $pid = open(my $output, '-|') // die "fork: $!";
    if (!$pid) {
        open STDERR, '>&', \*STDOUT;
        exec 'python3', '-m', 'pyhook', 'init', @words, @always or POSIX::_exit(127);
    }
    my $said = do { local $/; <$output> // '' };
    close $output;
    return ($? >> 8, $said);
}

# The words behind a key of a unit, as systemd would run them.
sub commands_of {
    my ($unit, $key) = @_;
    return map { [map { s/%%/%/gr =~ s/\$\$/\$/gr } shellwords($_)] } $unit =~ /^$key=(.*)$/mg;
}

sub get { my ($path) = @_; return (curl('--max-time', 30, "http://127.0.0.1:$port$path"))[1] =~ s/^.*?\r\n\r\n//sr }

my $site = "$directory/my 100% site";
my ($status, $said) = init($site);
is $status, 0, 'a first site is written' or diag $said;
like $said, qr/^\Q$site\E\/httpd\.conf serves http:\/\/127\.0\.0\.1:$port\//m, 'and it says what is served';
like $said, qr/^systemctl (--user )?enable --now '\Q$site\E\/pyhook-my-100-site\.service'$/m, 'and how it starts with the machine';
($status, $said) = init($site);
is $status, 1, 'written again';
like $said, qr{^pyhook: \Q$site\E/httpd\.conf is there already: name another directory}m, 'is refused';

my $unit = read_file("$site/pyhook-my-100-site.service");
SKIP: {
    skip 'there is no systemd-analyze here', 1 if system('systemd-analyze --version >/dev/null 2>&1');
    my $verified = `systemd-analyze verify --man=no '$site/pyhook-my-100-site.service' 2>&1`;
    unlike $verified, qr/my-100-site\.service/, 'systemd finds nothing wrong with the unit';
}

# What systemd would do.
for my $before (commands_of($unit, 'ExecStartPre')) { is system("@{[map { qq('$_') } @$before]} 2>/dev/null"), 0, 'the configuration is checked' }
my ($start) = commands_of($unit, 'ExecStart');
my $pid = fork // die "fork: $!";
if (!$pid) {
    POSIX::setsid();
    open STDIN, '<', '/dev/null';
    exec @$start or POSIX::_exit(127);
}
ok until_true { -s "$site/run/httpd.pid" }, 'it starts';
is read_file("$site/run/httpd.pid"), "$pid\n", 'in the foreground';
is get('/x'), "It works.\n", 'and serves';
like `python3 -m pyhook ps --run '$site/run' 2>&1`, qr/^ *PID .*\n *\d+ /, 'and pyhook ps looks into it';
ok until_true { read_file("$site/logs/access_log") =~ m{"GET /x HTTP/1\.1" 200} }, 'its requests are logged';
ok until_true { read_file("$site/logs/error_log") =~ /resuming normal operations/ }, 'and its errors';

# Its owner's own lines, and a reload as the unit says.
open my $own, '>>', "$site/local.conf" or die $!;
print $own qq(Alias "/own" "$site/local.conf"\n<Directory "$site">\n    Require all granted\n</Directory>\n<Location /own>\n    PyHookWSGI none\n</Location>\n);
print $own "PyHookDebug On\n";
close $own;
for my $command (commands_of($unit, 'ExecReload')) {
    my @words = map { s/^\$MAINPID$/$pid/r } @$command;
    is system("@{[map { qq('$_') } @words]} 2>/dev/null"), 0, "reload: $words[0]";
}
ok until_true { read_file("$site/logs/error_log") =~ /Doing graceful restart/ }, 'is a graceful restart';
is get('/x'), "It works.\n", 'and it serves';

SKIP: {
    skip 'there is no logrotate here', 4 unless -x '/usr/sbin/logrotate';
    my $rotated = `/usr/sbin/logrotate --force --state '$site/run/logrotate' '$site/logrotate.conf' 2>&1`;
    is $?, 0, 'the logs turn' or diag $rotated;
    like read_file("$site/logs/access_log.1"), qr{GET /x}, 'what was written is beside';
    ok until_true { -e "$site/logs/access_log" && read_file("$site/logs/error_log") =~ /resuming normal/ }, 'and new ones are written';
    ok until_true { get('/after') eq "It works.\n" && read_file("$site/logs/access_log") =~ m{GET /after} }, 'by a server that serves on';
}

kill TERM => $pid;
waitpid $pid, 0;
is $?, 0, 'it stops as systemd stops it';

# Somebody's own application, and what is refused.
($status, $said) = init("$directory/shop", 'command_shop', '--path', top() . '/t/command/served', '--static', "/own=$directory");
is $status, 0, 'an application of somebody' or diag $said;
like read_file("$directory/shop/httpd.conf"), qr/^PyHookWSGIAlias "\/" "command_shop:application" preload$/m, 'is in the configuration';
ok !-e "$directory/shop/site", 'and no first one is written';
($status, $said) = init("$directory/bad", 'no_such_module');
is $status, 1, 'an application that can not be imported';
like $said, qr/^pyhook: .*no_such_module/m, 'is refused';
ok !-e "$directory/bad", 'and nothing written';
($status, $said) = init("$directory/bad's");
is $status, 1, 'a name that logrotate can not read';
like $said, qr/name another directory/, 'is refused';

done_testing;
