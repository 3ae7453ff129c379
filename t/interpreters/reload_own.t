# PyHookReload of interpreters that have a GIL each: a pool of them is replaced by another one.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET);
use File::Path qw(make_path);
use PyHook::Test;

my $place = Apache::Test::vars('t_logs') . '/reload-own';
make_path($place);
my $conf = <<"CONF";
PyHookPath "$place"
PyHookInterpreter crowd gil=own count=2
PyHookRunIn crowd
PyHookReload On
PyHookHandler reload_own:show
CONF
my ($status) = config_test($conf);
plan tests => 5, need { 'gil=own needs Python 3.13 or later' => sub { $status == 0 } };

sub edit {
    my ($line) = @_;
    replace_file("$place/reload_own.py", "import datetime, json\n$line\ndef show(req):\n    return f'{word} {req.interpreter}'\n");
}

edit("word = 'one'");
my $server = PyHook::Server->new(children => 1, conf => $conf)->start;
my @lost;

sub ask {
    my $answer = GET $server->url('/');
    push @lost, $answer->as_string unless $answer->is_success;
    return $answer->content;
}

my %seen;
until_true { $seen{ ask() } = 1; keys %seen == 2 };
is_deeply [sort keys %seen], ['one crowd/1', 'one crowd/2'], 'two interpreters serve';
edit("word == = 'two'");
ok +(until_true { ask(); $server->error_log =~ m{PYHOOK0060: PyHookReload crowd/\d can't be replaced, .*SyntaxError}s }),
    'what can not be compiled is logged';
like ask(), qr{^one crowd/\d$}, 'and the code of before goes on serving';
for my $word (qw(three four five)) {
    edit("word = '$word'");
    until_true { ask() =~ /^$word/ };
}
%seen = ();
until_true { $seen{$1} = 1 if ask() =~ /^(five .*)/; keys %seen == 2 }; # a child that came meanwhile may still have others
is_deeply [sort keys %seen], ['five crowd/1', 'five crowd/2'], 'after each edit, fresh code serves in both';
is "@lost", '', 'no request was lost';
