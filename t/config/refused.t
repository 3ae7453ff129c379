# Every directive refuses what it cannot mean: the check of the configuration stops with one sentence, which names the
# directive, file and line and says what to write instead.
use strict;
use warnings;

use File::Path qw(make_path);

use Apache::Test qw(-withtestmore);
use PyHook::Server;
use PyHook::Test qw(:DEFAULT write_file);

my $root = Apache::Test::vars('t_logs') . '/refused';

# Python environments, each with one fault.
my ($version) = `python3 -c 'import sys; print("%d.%d" % sys.version_info[:2] + "t" * ("t" in sys.abiflags))'` =~ /(\S+)/;
my $number = $version =~ s/t$//r; # venv leaves out the letter for a Python without a GIL
write_file("$root/file", '');
write_file("$root/empty/nothing", '');
write_file("$root/old/pyvenv.cfg", "home = /usr/bin\nversion = 3.6.9\n");
write_file("$root/headless/lib/python$version/site.py", '');
write_file("$root/bodiless/bin/python3", '');
chmod 0755, "$root/bodiless/bin/python3" or die "chmod: $!";
make_path("$root/gone/bin");
symlink '/srv/no-longer/bin/python3', "$root/gone/bin/python3" or die "symlink: $!";


# One that is correct except for its pyvenv.cfg, or for a change made to it afterwards.
sub environment {
    my ($name, $settings) = @_;
    my $home = "$root/$name";
    write_file("$home/pyvenv.cfg", $settings // "home = /usr/bin\nversion = $number.2\n");
    write_file("$home/bin/python3", '');
    chmod 0755, "$home/bin/python3" or die "chmod: $!";
    make_path("$home/lib/python$version/site-packages");
    return $home;
}
my $whole = environment('whole');
unlink environment('unsaid') . '/pyvenv.cfg' or die "unlink: $!";
chmod 0644, environment('limp') . '/bin/python3' or die "chmod: $!";
rmdir environment('bare') . "/lib/python$version/site-packages" or die "rmdir: $!";

my $anew = qr/make it anew with python\Q$version\E -m venv/;
my @bad_homes = (
    ['/srv/nowhere'   => qr/there is no directory '\/srv\/nowhere': name an existing virtual environment/],
    ['""'             => qr/can't be a path|has no bin\/python: name/],
    ["$root/file"     => qr/there is no directory '\S+': name/],
    ["$root/empty"    => qr/'\S+' has no bin\/python: name the top of a virtual environment/],
    ["$root/old"      => qr/is an environment of Python 3\.6, but mod_pyhook is linked with Python \Q$version\E: make .* with python\Q$version\E -m venv/],
    ["$root/headless" => qr/has no bin\/python: name/],
    ["$root/bodiless" => qr/has no lib\/python\Q$version\E: name an environment .* or make one with/],
    ["$root/gone"     => qr/is an environment of a Python that is gone: $anew/],
    ["$root/unsaid"   => qr/has no pyvenv\.cfg that names its Python: $anew/],
    ["$root/limp"     => qr/has a bin\/python that can't be run: $anew/],
    ["$root/bare"     => qr/has no lib\/python\Q$version\E\/site-packages: $anew/],
    [environment('silent', '') => qr/has no pyvenv\.cfg that names its Python: $anew/],
    [environment('orphan', "home = /srv/no-longer/bin\n") => qr/of a Python that is gone, that of \/srv\/no-longer\/bin: $anew/],
    [environment('loud', "HOME = /usr/bin\nVersion=3.6.9\n") => qr/is an environment of Python 3\.6,/],
    [environment('uv', "home = /usr/bin\nversion_info = 3.6.9.final.0\n") => qr/is an environment of Python 3\.6,/],
);

# Words that are no module:callable, wherever one is expected.
my @bad_specs = map { [$_ => qr/is not module:callable: write .* for example site_auth:password/] }
    qw("" hello hello: :page a:b:c a.:b .a:b a:b. a:9 he-llo:page), '"hello: page"';
push @bad_specs, (map { [$_ => qr/is not module:callable: a file is an application's, named by PyHookWSGI or PyHookASGI; write the name of a module/] }
    qw(hello/page:x /srv/shop.wsgi));
push @bad_specs, ['hello:page()' => qr/is not module:callable: write hello:page, which is called then; \(\) is for the factory of an application/];

my @bad_names = map { [$_ => qr/can't be a name: letters, digits, '_', '-' and '\.' make one/] } qw("" a/b a:b), '"a b"', "\xc3\xa4";

# httpd treats an empty word as none.
my $no_argument = qr/ (?:requires at least one argument, \w|takes (?:one|two|1-2|two or three) arguments?, \w|are needed)/;

sub after  { my ($words, @rows) = @_; map { ["$words $_->[0]" => $_->[1]] } @rows }
sub before { my ($words, @rows) = @_; map { ["$_->[0] $words" => $_->[1]] } @rows }

sub in { my ($section, $line) = @_; "<$section>\n$line\n</" . ($section =~ s/ .*//r) . '>' }

# Directive => its rows: the rest of a line, or whole lines if there is more than one, and the expected message.
my %rows = (
    PyHookHome => [@bad_homes, ["$whole\nPyHookHome $whole" => qr/Python runs in '\S+' already: write it once/]],
    PyHookPath => [
        ['/srv/nowhere' => qr/there is no directory '\/srv\/nowhere': name one that holds modules/],
        ["$root/file"   => qr/there is no directory/],
        ["$root /srv/nowhere" => qr/there is no directory '\/srv\/nowhere'/],
        ['""'           => qr/there is no directory ''/],
    ],
    PyHookSetEnv => [
        ['"" x'  => qr/'' is no name of an environment variable/],
        ['A=B x' => qr/'A=B' is no name of an environment variable/],
        ['A'     => qr/takes two arguments/],
    ],
    PyHookImport => [map { [$_ => qr/is not the name of a module: write it as import does/] } qw("" site-tools a:b a. 9a a/b class a.import)],
    PyHookInterpreter => [
        @bad_names,
        ['main'                 => qr/there is an interpreter 'main' already: choose another name/],
        ["shop\nPyHookInterpreter shop" => qr/there is an interpreter 'shop' already: choose another name/],
        ['shop gil'             => qr/'gil' is unknown: after the name come gil=, count=, path=, home=, setenv= and import=/],
        ['shop colour=red'      => qr/'colour=red' is unknown: after the name come/],
        ['shop gil=mine'        => qr/gil=mine is unknown: write gil=own or gil=shared/],
        ['shop gil='            => qr/gil= is unknown: write/],
        (map { ["shop count=$_" => qr/count=\S* is no number from 1 to 64/] } '', qw(0 -1 +2 65 many 1x 99999999999999999999)),
        ['shop path=' => qr/there is no directory '': name one that holds modules/],
        ['shop path=/srv/nowhere' => qr/there is no directory '\/srv\/nowhere': name one that holds modules/],
        (map { ["shop home=$_->[0]" => $_->[1]] } @bad_homes[0, 4, 8, 12]),
        (map { ["shop setenv=$_" => qr/setenv=\S* is no variable: write setenv=NAME=VALUE/] } '', 'A', '=B'),
        (map { ["shop import=$_" => qr/is not the name of a module: write it as import does/] } '', 'a:b', 'site-tools', 'class'),
        (map { ["shop $_ $_" => qr/'\Q$_\E' comes too late: give \w+= once/] } 'gil=shared', 'count=2'),
        $version =~ /^3\.1[12]$/ ? ['shop gil=own' => qr/gil=own needs Python 3\.13 or later, and mod_pyhook is linked with 3\.1\d: write gil=shared, or build/] : (),
    ],
    PyHookProcesses => [
        before('threads=2', @bad_names[0, 1]),
        ["shop\nPyHookProcesses shop" => qr/there are processes 'shop' already: choose another name/],
        ['main' => qr/there is an interpreter 'main' already: choose another name/],
        (map { ["shop spool=$_" => qr/spool=\S* is no size up to 64M: write bytes, as in 1M or 256K, or 0/] } '', qw(many -1 65M 1T)),
        ['shop chroot=/usr' => qr/only an httpd that root starts can put processes into a chroot: leave chroot= away/],
        ["shop\nChrootDir /tmp" => qr/worker processes would run outside ChrootDir: take one of the two lines away/],
        ['shop colour=red' => qr/'colour=red' is unknown: after the name come processes=, threads=, .*, setenv=, import=/],
        ['shop threads' => qr/'threads' belongs to no key\. Put a value with spaces in quotes behind the =, as in command=".*"\. The keys are processes=, /],
        ['shop command=true shop:app' => qr/'shop:app' belongs to no key\. Put a value with spaces in quotes behind the =/],
        ['shop setenv=TITLE="My shop"' => qr/'shop"' belongs to no key\. Put a value with spaces in quotes behind the =/],
        ['shop command=' => qr/command= is empty: name a program and its arguments, as in command="/],
        ['shop command=/usr' => qr/command=\/usr is no program: name one, as in command="/],
        ['shop command="nowhere to be found"' => qr/command= names the program 'nowhere', which is nowhere on the PATH: write its path/],
        ['shop command=true socket=/nowhere/shop' => qr/the socket \/nowhere\/shop is no file in a directory that is there: name one in socket=/],
        ['shop command=true socket=' => qr/socket= is no path: name a file, as in socket=\/run\/shop\.sock/],
        ['shop command=true socket=' . 'x' x 110 => qr/the path of the socket, \S+, is longer than 103 bytes: name a shorter one in socket=/],
        ["shop command=true\nPyHookProcesses other command=true socket=pyhook-shop.sock" => qr/the socket \S+ is that of the processes 'shop': name another one in socket=/],
        (map { ["shop $_" => qr/\Q@{[s{=.*}{=}r]}\E is for another program, which no command= names: add command="PROGRAM \.\.\."/] } qw(socket=x ready-after=2s)),
        (map { ["shop command=true $_" => qr/\Q@{[s{=.*}{=}r]}\E is for Python's own worker processes, and command= runs another program: leave one of the two away/] }
            qw(threads=2 request-timeout=1s memory=50M touch=/tmp/x python=/usr/bin/python3 path=/tmp import=os queue=1 lifetime=1h start-timeout=5s)),
        ['shop command=true command=true' => qr/'command=true' comes too late: give \w+= once/],
        (map { ["shop processes=$_" => qr/processes=\S* is no number from 1 to 24/] } '', qw(0 -1 +2 25 many 1x 99999999999999999999)),
        ['shop threads=501' => qr/threads=501 is no number from 1 to 500/],
        ['shop queue=-1' => qr/queue=-1 is no number from 0 to 100000/],
        ['shop requests=x' => qr/requests=x is no number/],
        (map { ["shop request-timeout=$_" => qr/request-timeout=\S* is no time: write 0 to 604800 seconds, as in 30s, 5m or 1h/] } '', qw(s -1 1d 1.5 8000h 99999999999s)),
        (map { ["shop $_=0" => qr/$_=0 is no time: write 1 to /] } qw(start-timeout graceful-timeout queue-timeout)),
        ['shop deadlock-timeout=x' => qr/deadlock-timeout=x is no time/],
        ['shop lifetime=x' => qr/lifetime=x is no time/],
        ['shop retry-after=2h' => qr/retry-after=2h is no time/],
        (map { ["shop memory=$_" => qr/memory=\S* is no size from 16M: write megabytes, as in 300M/] } '', qw(0 1M many)),
        (map { ["shop address-space=$_" => qr/address-space=\S* is no size from 64M: write megabytes, as in 2G/] } '', qw(0 16M many)),
        (map { ["shop files=$_" => qr/files=\S* is no number from 64 to 1048576/] } '', qw(0 63 many 1048577)),
        $> ? ['shop files=1048576' => qr/files=1048576 is more than httpd itself may open: write \d+ or less/] : (),
        (map { ["shop touch=$_" => qr/touch=\S* is no file in a directory that is there: name one, as in \/srv\/shop\/shop\.wsgi/] } '', '/srv/nowhere/file', '/tmp'),
        (map { ["shop nice=$_" => qr/nice=\S* is no number from 0 to 19/] } '', qw(-1 20 low)),
        ['shop idle=x' => qr/idle=x is no time/],
        ['shop slow=x' => qr/slow=x is no time/],
        ['shop slow=60' => qr/slow=60 comes too late: request-timeout= interrupts the request after 60 seconds/],
        ['shop slow=5 request-timeout=4' => qr/slow=5 comes too late: request-timeout= interrupts the request after 4 seconds/],
        ['shop user=no-such-user' => qr/there is no user 'no-such-user' on this machine/],
        ['shop user=root' => qr/an application never runs as root: name another user than 'root'/],
        ['shop group=no-such-group' => qr/there is no group 'no-such-group' on this machine/],
        ['shop group=root' => qr/an application never runs in root's group: name another one than 'root'/],
        (map { ["shop umask=$_" => qr/umask=\S* is no mask: write it in octal, as in 0027/] } '', qw(8 -1 1777)),
        ['shop directory=/srv/nowhere' => qr/there is no directory '\/srv\/nowhere'/],
        ['shop path=/srv/nowhere' => qr/there is no directory '\/srv\/nowhere': name one that holds modules/],
        (map { ["shop python=$_" => qr/python=\S* is no program: name a Python, as in \/srv\/shop\/venv\/bin\/python/] } '', '/srv/nowhere', '/tmp', "$root/file"),
        (map { ["shop home=$_" => qr/home=\S* has no bin\/python: name the top of a virtual environment/] } '', '/srv/nowhere', "$root/empty", "$root/gone"),
        ["shop python=/usr/bin/python3 home=/usr" => qr/home= and python= both name a Python: leave one of them away/],
        (map { ["shop setenv=$_" => qr/setenv=\S* is no variable: write setenv=NAME=VALUE/] } '', 'A', '=B'),
        (map { ["shop import=$_" => qr/is not the name of a module: write it as import does/] } '', 'a:b', 'class'),
        (map { ["shop $_ $_" => qr/'\Q$_\E' comes too late: give [-\w]+= once/] } qw(threads=2 memory=20M umask=7 files=99 nice=2 touch=/tmp/x)),
    ],
    PyHookRunIn => [
        ['shop' => qr/there is no interpreter 'shop': define it before with PyHookInterpreter shop or PyHookProcesses shop/],
        ["shop\nPyHookInterpreter shop" => qr/there is no interpreter 'shop'/],
        ['""'   => qr/there is no interpreter ''/],
        ["shop/1\nPyHookInterpreter shop count=2" => qr/there is no interpreter 'shop\/1': name a whole pool, as in PyHookRunIn shop$/m],
    ],
    PyHookShared => [
        before('64K', @bad_names[0, 1]),
        (map { ["a $_" => qr/is no size: write 64K or 10M, from 4K to 4096M/] }
            qw("" 0 -1 +64K 1 4095 many 64Q 64KK 4097M 5G 99999999999999999999)),
        ["a 64K\nPyHookShared a 64K" => qr/there is a dictionary 'a' already: choose another name/],
        ['a redis://127.0.0.1 prefix=b prefix=c' => qr/'prefix=c' comes too late: give prefix= once/],
        ['a redis://127.0.0.1 timeout=1 prefix=c timeout=1' => qr/'timeout=1' comes too late: give timeout= once/],
        ['a redis://127.0.0.1/x' => qr/the database of the URL is none: write a number, 0 to 9999/],
        ['a' => qr/write PyHookShared NAME SIZE, or PyHookShared NAME redis:/],
        ['a 64K 5' => qr/'5' is too much: write PyHookShared NAME SIZE/],
    ],
    PyHookOption   => [['"" x' => qr/the option has no name: write PyHookOption NAME VALUE/], ['a' => qr/takes two or three arguments/],
        ['a b c' => qr/'c' is unknown: after the value may come the word final/],
        ["a b final\nPyHookOption A c" => qr/'A' is final in this section already: leave one of the two lines out/]],
    PyHookSuspendAfter => [map { [$_ => qr/'\Q$_\E' is no time: write seconds, 0 to 3600, or Off/] } qw(-1 +1 2s 0.5 3601 On 99999999999999999999)],
    PyHookTimeout  => [(map { [$_ => qr/'\Q$_\E' is no time: write seconds/] } qw(-1 2s)),
        ['5 7' => qr/'7' is unknown: after the time may come slow=SECONDS/], ['Off slow=x' => qr/'x' is no time/]],
    PyHookWebSocket => [@bad_specs[0, 1]],
    PyHookDebug    => [['Yes' => qr/must be On or Off/]],
    PyHookReload   => [['sometimes' => qr/must be On or Off/]],
    PyHookHtaccess => [['maybe' => qr/must be On or Off/]],
    PyHookDrain    => [
        ["$root/nowhere/drain" => qr/there is no directory \S+\/nowhere: make it, or name a file in another one/],
        [$root => qr/\S+ is a directory: name a file, which is there while the machine drains/],
        ["a\nPyHookDrain b" => qr/the file is \S+\/a already: write the directive once/],
    ],
    PyHookTrace    => [['perhaps' => qr/write Off, or On and the networks whose traceparent is taken over/],
        ['On home' => qr/'home' is no network: write an address, 10\.0\.0\.0\/8 or ::1 for example/]],
    PyHookControl  => [['perhaps' => qr/must be On or Off/]],
    PyHookWSGI => [
        ['a:b early'    => qr/'early' is unknown: after the application may come the word preload/],
        ['none preload' => qr/none is no application, and nothing can be preloaded/],
        (map { [$_ => qr/is no application: write module:application, .* for example shop\.wsgi:application/] }
            qw("" shop shop: :application shop:application(1) /srv/shop.wsgi: /srv/shop.wsgi:9)),
    ],
    PyHookWSGIAlias => [
        ['/shop a:b early'            => qr/'early' is unknown: after the application may come the word preload/],
        ['shop shop.wsgi:application' => qr/'shop' is no URL path: begin it with a slash, as in \/shop/],
        ['"" shop.wsgi:application'   => qr/'' is no URL path/],
        ['/shop shop'                 => qr/is no application/],
        ['/shop'                      => qr/takes two or three arguments/],
        ["/shop a:b\nPyHookWSGIAlias /shop/ a:c" => qr/there is an application at '\/shop\/' already: remove one of the lines/],
    ],
    PyHookWSGIBuffer => [map { [$_ => qr/is no size: write bytes, as in 1048576 or 10M, or Off/] } qw("" 0 -1 +1M many 1Q 1MM On 99999999999999999999)],
);
for my $directive (qw(PyHookWSGI PyHookWSGIAlias)) {
    my $twin = $directive =~ s/WSGI/ASGI/r;
    $rows{$twin} = [map { [$_->[0] =~ s/$directive/$twin/r, $_->[1]] } @{$rows{$directive}}];
}
for my $kind (qw(Authn Authz)) {
    $rows{"PyHook${kind}Provider"} = [
        before('a:b', @bad_names[0, 1]), after('who', @bad_specs[0, 1]), after('who a:b', $bad_specs[1]),
        ["who a:b\nPyHook${kind}Provider who a:c" => qr/'who'.* already: choose another/],
        ['who'         => qr/takes two or three arguments/],
        ['who a:b c:d e:f' => qr/takes two or three arguments/],
    ];
}
push @{ $rows{PyHookAuthnProvider} }, ['file a:b' => qr/'file': there is an authentication provider of this name already/];
push @{ $rows{PyHookAuthzProvider} }, ['user a:b' => qr/'user': there is an authorization provider of this name already/];
$rows{PyHookRewriteMap} = [
    before('a:b', @bad_names[0, 1]), after('map', @bad_specs[0, 1]),
    ['map a:b c:d' => qr/takes one callable, not two/],
    ["map a:b\nPyHookRewriteMap map a:c" => qr/'map': there is one of this name already: choose another one/],
];
for my $name (qw(BalancerMethod IncludeElement Protocol)) {
    $rows{"PyHook$name"} = [before('a:b', $bad_names[1]), after('name', @bad_specs[1, 2]),
        ["name a:b\nPyHook$name name a:c" => qr/'name': there is .*already: choose another one/]];
}
for my $way (qw(Input Output)) {
    $rows{"PyHook${way}Filter"} = [
        before('a:b', @bad_names[0, 1]), after('upper', @bad_specs[0, 1]),
        ['upper a:b type=other' => qr/'type=other' is not understood: write type=resource, type=content, type=protocol or type=connection/],
        ['upper a:b change=much' => qr/'change=much' is not understood: write type=/],
        ['upper a:b type=content type=protocol' => qr/'type=protocol' comes too late: give type= once/],
        $way eq 'Output' ? ['upper a:b change=no type=content change=no' => qr/'change=no' comes too late: give change= once/] : (),
        ["upper a:b\nPyHook${way}Filter upper a:b" => qr/there is a filter 'upper' already: choose another name/],
        ['upper' => qr/a name and module:callable are needed/],
    ];
}
# No file is known yet: only <Location> can name the section.
$rows{PyHookPreTranslateName} = [
    map { [in($_, 'PyHookPreTranslateName a:b') => qr/not allowed in <\w+>: it runs before a file is known, so write it in <Location> or outside/] }
        'Directory /srv', 'DirectoryMatch /srv', 'Files x', 'FilesMatch x'
];

my $server = PyHook::Server->new;

sub lines_for {
    my ($directive, $words) = @_;
    return $words =~ /^</ ? $words : "$directive $words";
}

# The directive refuses it by one sentence, with its line.
sub refuses {
    my ($directive, $text, $pattern) = @_;
    my ($status, $output) = $server->with_conf("$text\n")->config_test;
    my ($said) = $output =~ /^(?:\S+ )?Syntax error on line \d+ of \S+\/httpd\.conf:\s(.*)\z/ms;
    $pattern = qr/$pattern|$no_argument|give the (?:interpreter|processes) a name|write PyHookShared NAME/ if $text =~ /""/;
    my $fine = $status != 0 && defined $said && $said =~ /\A\Q$directive\E[: ][^\n]*\n(?:AH00014: .*\n)?\z/ && $said =~ $pattern;
    ok $fine, "$text" =~ tr/\n/,/r or diag "status $status, said: $output";
}

# What httpd knows about our directives: name, and where each is allowed.
my %places = $server->directives('mod_pyhook.c');
delete $places{SetHandler}; # httpd's own, of which mod_pyhook only takes note
my @phases = grep { !$rows{$_} } map { "PyHook$_" } qw(
    PostReadRequest QuickHandler TranslateName MapToStorage PostPerdirConfig HeaderParser AccessChecker AccessCheckerEx
    CheckAuthn NoteAuthFailure CheckAuthz TypeChecker Fixups InsertFilter InsertErrorFilter Handler LogTransaction
    PreConnection ProcessConnection PreCloseConnection
    DefaultPort DirwalkStat ErrorLog GenerateLogId HttpScheme OpenHtaccess);
$rows{$_} = [@bad_specs[0, 1]] for @phases;
$rows{PyHookFixups} = [@bad_specs, ['a:b c' => $bad_specs[0][1]]];

my @of_places   = grep { $places{$_} !~ /only outside/ } sort keys %places;
my @server_only = grep { $places{$_} =~ /only outside/ } sort keys %places;

plan tests => 3 + keys(%places) * 2 + @{[map { @$_ } values %rows]} + 8 + 4 * 3;

is join(' ', grep { !$rows{$_} } sort keys %places), '', 'every directive has rows here';
is join(' ', grep { !$places{$_} } sort keys %rows), '', 'and every row a directive';
cmp_ok scalar(@server_only), '>', 10, 'httpd says which are for the whole server';

refuses $_, $_, qr/requires|takes|must be|write PyHookShared NAME SIZE|write Off, or On and|give the (?:interpreter|processes) a name|are needed/ for sort keys %places;
for my $directive (sort keys %rows) {
    refuses $directive, lines_for($directive, $_->[0]), $_->[1] for @{ $rows{$directive} };
}

# A line that would be right elsewhere.
my %right = (
    (map { $_ => 'a:b' } @phases, qw(PyHookPreTranslateName PyHookWSGI PyHookASGI)),
    (map { $_ => 'a a:b' } qw(PyHookAuthnProvider PyHookAuthzProvider PyHookRewriteMap PyHookInputFilter PyHookOutputFilter
        PyHookBalancerMethod PyHookIncludeElement PyHookProtocol)),
    (map { $_ => 'On' } qw(PyHookControl PyHookDebug PyHookHtaccess PyHookReload PyHookTrace)),
    PyHookHome => '/usr', PyHookPath => '/usr', PyHookSetEnv => 'A b', PyHookImport => 'a', PyHookInterpreter => 'a',
    PyHookProcesses => 'a', PyHookRunIn => 'main', PyHookShared => 'a 64K', PyHookOption => 'a b', PyHookWSGIAlias => '/a a:b', PyHookASGIAlias => '/a a:b', PyHookWSGIBuffer => '1M',
    PyHookDrain => 'drain', PyHookSuspendAfter => '2', PyHookTimeout => '5', PyHookWebSocket => 'a:b',
);
for my $directive (@of_places) {
    refuses $directive, in('Location /x', in('Limit GET', "$directive $right{$directive}")),
        qr/not allowed in <Limit>: it would hold for every method; write it outside, and look at req\.method/;
}
refuses 'PyHookRunIn', "PyHookProcesses shop command=true\nPyHookRunIn shop",
    qr/the processes 'shop' run another program, which takes no requests from here: write ProxyPass, with unix:\S+\/pyhook-shop\.sock\|http:\/\/shop\//;
for my $directive (@server_only) {
    refuses $directive, in('Location /x', "$directive $right{$directive}"), qr/not allowed in <Location>(?: context|: it holds for the whole server, so write it outside all sections)/;
}
for my $directive (qw(PyHookHome PyHookPath PyHookSetEnv PyHookImport PyHookInterpreter PyHookShared PyHookRewriteMap)) {
    refuses $directive, in('VirtualHost *', "$directive $right{$directive}"),
        qr/not allowed in <VirtualHost>: it holds for the whole server, so write it outside all sections/;
}

# A file that may come later: httpd warns, and starts.
write_file("$root/there.wsgi", '');
for my $directive (qw(PyHookWSGI PyHookWSGIAlias PyHookASGI PyHookASGIAlias)) {
    my $url = $directive =~ /Alias/ ? '/url ' : '';
    for my $missing ("$root/nowhere.wsgi", "$root/empty") {
        my ($status, $output) = $server->with_conf("$directive $url$missing:app\n")->config_test;
        my $warning = qr{$directive: there is no file '\Q$missing\E' \(line \d+ of \S+/httpd\.conf\): put the \.wsgi file there or correct the path, };
        ok $status == 0 && (() = $output =~ /$warning/g) == 1, "$directive of a missing file warns once"
            or diag "status $status, said: $output";
    }
    unlike +($server->with_conf("$directive $url$root/there.wsgi\n")->config_test)[1], qr/PyHook/, 'one that is there does not';
}
