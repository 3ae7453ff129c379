# --json: every command that answers prints JSON that says what its table says. A command that has no --json has a reason
# here.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use IO::Socket::INET;
use JSON::PP ();
use PyHook::Config qw(httpd new_directory top);
use PyHook::Test qw(:DEFAULT write_file);

$ENV{PYTHONPATH} = top() . '/python';
$ENV{PYTHONDONTWRITEBYTECODE} = 1;
my $directory = new_directory('json');
my $server = PyHook::Server->new(children => 1, conf => <<'CONF')->start;
PyHookControl On
<Location /wait>
    PyHookHandler running:stays
</Location>
CONF
my $waiting = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port) or die $@;
print $waiting "GET /wait?$directory/end HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
$waiting->flush;

my %without = (serve => 'its output is what the server logs', completion => 'its output is a file of a shell');
my @running = ('--run', $server->{root});
my @configured = ('-f', $server->configuration, '--httpd', httpd());
write_file("$directory/old.conf", "WSGIScriptAlias / /srv/shop.wsgi\nWSGIErrorOverride On\n");
my ($pid) = $server->child_pids;

# The words, what the JSON must be like, and what the table says of the same.
my %asked = (
    ps      => [[@running], sub { $_->[0]{pid} == $pid && $_->[0]{calls}[0]{uri} =~ m{^/wait} }, qr/^$pid .* GET \/wait\?\S+ /m],
    top     => [['--times', 1, @running], sub { $_->[0]{pid} == $pid && $_->[0]{calls}[0]{uri} =~ m{^/wait} }, qr/^$pid .* GET \/wait\?\S+ /m],
    stacks  => [[@running], sub { "@{ $_->[0]{calls}[0]{stack} }" =~ /in stays/ }, qr/^$pid main: handler GET \/wait\?\S+ .*\n.*in stays$/m],
    profile => [[1, @running], sub { grep { $_->{frames}[0] =~ /^stays \(/ } @{ $_->[0]{profiles}[0]{stacks} } }, qr/^ *\d+% +100% +stays \(\S+running\.py:\d+\)$/m],
    memory  => [[1, @running], sub { my ($most) = @{ $_->[0]{memory}[0]{traced} }; $most->{line} > 0 && $most->{size} > 0 }, qr/^$pid +main +-?\d+ +\d+ +\d+ +\S+:\d+$/m],
    routes  => [[@configured], sub { grep { $_->{callable} eq 'running:stays' && $_->{where} eq '/wait' } @$_ }, qr/ \/wait +handler +running:stays +main /],
    check   => [[@configured], sub { grep { $_->{callable} eq 'running:stays' && $_->{ok} } @$_ }, qr/^ok +running:stays +main /m],
    migrate => [["$directory/old.conf"], sub { join('', map { $_->{needs_a_person} ? 1 : 0 } @$_) =~ /01/ && $_->[0]{line} =~ /^PyHookWSGIAlias / }, qr/^PyHookWSGIAlias .*\n(?:.*\n)*# TODO: /m],
    init    => [['--httpd', httpd(), '--modules', $ENV{PYHOOK_LIBEXEC}, '--module', $ENV{PYHOOK_MODULE}, '--port', 8123], sub { $_->{url} eq 'http://127.0.0.1:8123/' && -f $_->{configuration} && -f $_->{unit} }, qr/^systemctl .*\.service/m],
);

my $listing = 'from pyhook.command.main import parser; from pyhook.command.completion import commands_of;'
    . 'print(*[c.name + ("+" if any("--json" in o.names for o in c.options) else "") for c in commands_of(parser()) if c.name])';
my @commands = split ' ', `python3 -c '$listing'`;
plan tests => 2 + 4 * keys(%asked);
is join(' ', sort @commands), join(' ', sort keys %without, map { "$_+" } keys %asked), 'every command has --json, or a reason not to';

until_true { said('ps', @running) =~ m{GET /wait} };
for my $command (sort keys %asked) {
    my ($words, $holds, $table) = @{ $asked{$command} };
    my @place = map { $command eq 'init' ? ("$directory/$_") : () } qw(first second);
    my $printed = said($command, ($place[0] // ()), @$words, '--json');
    is $?, 0, "$command --json ends well" or diag $printed;
    my $answer = eval { JSON::PP->new->decode($printed) };
    ok ref $answer, '… and prints JSON, and nothing else' or diag $@, $printed;
    ok +(grep { $holds->() } $answer), '… which has the answer' or diag $printed;
    like said($command, ($place[1] // ()), @$words), $table, '… as the table has it';
}
write_file("$directory/end", '');
like answer_from($waiting, 30), qr/went on/, 'and the request that was looked at went on';
$server->stop;

# The standard output alone.
sub said {
    my (@words) = @_;
    open my $output, '-|', 'python3', '-m', 'pyhook', @words or die $!;
    my $printed = do { local $/; <$output> // '' };
    close $output;
    return $printed;
}
