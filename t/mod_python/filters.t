# PythonOutputFilter, PythonInputFilter, and filters that a handler registers.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET POST);
use PyHook::Config qw(mod_python new_directory top);
use PyHook::Server;
use PyHook::Test qw(replace_file until_true);

my $site = top() . '/t/mod_python/sites/filters';
my $files = new_directory('files');
replace_file("$files/large.txt", join '', map { "line $_\n" } 1 .. 50_000);
my $server = PyHook::Server->new(children => 1, conf => mod_python() . <<"CONF")->start;
PythonPath "sys.path+['$site']"
Alias /files $files
<LocationMatch "^/(?!files|other)">
    SetHandler mod_python
    PythonHandler filtering
</LocationMatch>
PythonOutputFilter filtering UPPER
PythonInputFilter filtering AB
@{[map { "PythonOutputFilter filtering::$_ " . uc . "\n" } qw(passing lines failing off short)]}
@{[map { "<Location /$_>\nSetOutputFilter " . uc . "\n</Location>\n" } qw(upper passing lines failing off short)]}
<Location /input>
    SetInputFilter AB
</Location>
<Location /dynamic>
    PythonHandler filtering::dynamic
</Location>
<Location /files>
    SetOutputFilter UPPER
</Location>
<Location /other>
    PythonOutputFilter filtering::lines UPPER
    SetOutputFilter UPPER
    SetHandler mod_python
    PythonHandler filtering
</Location>
CONF

sub body { return GET($server->url($_[0]))->content }

is body('/upper'), "SOME TEXT\nMORE TEXT\n[UPPER filtering 0 /upper]", 'a filter reads, writes and closes';
is body('/other'), "> some text\n> more text\n", 'another one of the same name elsewhere';
is body('/passing'), "some text\nmore text\n", 'pass_on';
is body('/lines'), "> some text\n> more text\n", 'readline';
is body('/off'), "some text\nmore text\n", 'disable';
is body('/short'), 'some', 'a filter that closes early';
is GET($server->url('/failing'))->code, 500, 'one that raises';
ok until_true(sub { $server->error_log =~ /ValueError: in a filter/ }), 'the log says so';
is POST($server->url('/input'), Content => 'a banana')->content, 'b bbnbnb', 'an input filter';
is body('/dynamic'), "> DYNAMIC\n> [mod_python.dynamic.1 filtering::outputfilter 0 /dynamic]", 'filters of one request, in their order';
my $large = body('/files/large.txt');
is length $large, length("[UPPER filtering 0 /files/large.txt]") + -s "$files/large.txt", 'a large file passes whole';
like $large, qr/^LINE 1\n.*LINE 50000\n\[UPPER/s, 'and changed';

# mod_python stops answering under such a load.
my @clients = map {
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        my $wrong = grep { body('/files/large.txt') ne $large } 1 .. 20;
        require POSIX;
        POSIX::_exit($wrong);
    }
    $pid;
} 1 .. 8;
my $wrong = grep { waitpid $_, 0; $? } @clients;
is $wrong, 0, 'many clients at once get it whole';

done_testing;
