# PyHookReload while new code takes long to load: the request that noticed the edit waits, all others are answered.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use File::Path qw(make_path);
use IO::Select;
use PyHook::Config qw(mpm);
use PyHook::Test;

plan tests => 5, need { 'a child of prefork runs one request' => sub { mpm() ne 'prefork' } };

my $place = Apache::Test::vars('t_logs') . '/reload-slow';
make_path($place);
unlink "$place/go", "$place/loading";

sub edit {
    my ($word, $wait) = @_;
    replace_file("$place/reload_slow.py", <<"PYTHON");
import os, time
if $wait:
    open("$place/loading", "w").close()
    while not os.path.exists("$place/go"):
        time.sleep(0.01)
word = "$word"
def show(req):
    return word
PYTHON
}
chmod 0777, $place;
edit('one', 'False');
my $server = PyHook::Server->new(children => 1, conf => <<"CONF")->start;
PyHookPath "$place"
PyHookInterpreter shop
PyHookRunIn shop
PyHookReload On
PyHookHandler reload_slow:show
CONF
my $url = $server->url('/');
is GET_BODY($url), 'one', 'the code that is there is served';
edit('two', 'True');
my @noticing;
ok +(until_true {
    open my $request, '-|', 'curl', '-s', '-m', 60, $url or die "curl: $!";
    push @noticing, $request;
    -e "$place/loading";
}), 'an edit is noticed';
my %answers = map { GET_BODY($url) => 1 } 1 .. 20;
is_deeply [keys %answers], ['one'], 'the code of before answers while fresh code is loaded';
until_true { @noticing == 1 + grep { IO::Select->new($_)->can_read(0) } @noticing }; # a late one would get the fresh code, too
open my $go, '>', "$place/go" or die $!;
my %late;
$late{ readline $_ }++ for @noticing;
is $late{two}, 1, 'the request that noticed gets what the fresh code answers';
is GET_BODY($url), 'two', 'and so do all from now on';
