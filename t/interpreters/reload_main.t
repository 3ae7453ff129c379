# PyHookReload in the main interpreter: the child ends gracefully, and the next one has imported the edited code.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY);
use File::Path qw(make_path);
use PyHook::Test;
use Time::HiRes qw(sleep time);

plan tests => 11;

my $place = Apache::Test::vars('t_logs') . '/reload-main';
make_path($place);

sub edit { my ($name, $text) = @_; replace_file("$place/$name", $text) }

my $page = <<'END';
import os, time
print("is there")
from reload_main_words import word

def show(req):
    return f"{word} {os.getpid()}\n"

def slow(req):
    open(f"{req.options['place']}/running", "w").close()
    while not os.path.exists(f"{req.options['place']}/go"):
        time.sleep(0.01)
    return f"{word}\n"
END
edit('reload_main_page.py', $page);
edit('reload_main_words.py', "word = 'one'\n");

my $server = PyHook::Server->new(children => 2, conf => <<END)->start;
PyHookPath "$place"
PyHookImport reload_main_page
PyHookReload On
PyHookOption place "$place"
PyHookHandler reload_main_page:show
<Location /slow>
    PyHookHandler reload_main_page:slow
</Location>
END
my $url = $server->url('/');
ok +(until_true { $server->error_log =~ /is there.*is there/s }), 'both children have imported the code';
like GET_BODY($url), qr/^one \d+$/, 'the code that is there is served';

open my $running, '-|', 'curl', '-s', '-m', 40, $server->url('/slow') or die "curl: $!";
until_true(sub { -e "$place/running" });

# Nothing may be lost from here on, whichever child answers.
my (%seen, @lost);
sub request {
    my $answer = GET $url;
    my ($word, $pid) = $answer->content =~ /^(\w+) (\d+)$/ or push @lost, $answer->status_line;
    $seen{$word // '-'}{$pid // 0}++;
    return $word // '-';
}
edit('reload_main_words.py', "word = = 'two'\n");
ok +(until_true { request(); $server->error_log =~ /PYHOOK0060: PyHookReload main can't be replaced, what was loaded before goes on serving\n.*SyntaxError/s }),
    'what can not be compiled is logged';
request() for 1 .. 5;
unlike $server->error_log, qr/this child leaves/, 'and no child leaves for it';

edit('reload_main_words.py', "word = 'two'\n");
my $fresh = 0;
ok +(until_true { $fresh = request() eq 'two' ? $fresh + 1 : 0; $fresh > 30 }), 'children with fresh code serve';
like $server->error_log, qr/reload_main_words\.py has been edited: this child leaves/, 'the log says why';
is_deeply [grep { $seen{one}{$_} } keys %{ $seen{two} }], [], 'they are new processes';
open my $go, '>', "$place/go" or die $!;
is scalar(<$running>), "one\n", 'a request that ran finishes in the old child';
close $running;
ok +(until_true { !grep { $seen{one}{$_} } $server->child_pids }), 'which then is gone';
is "@lost", '', 'no request was lost';
unlike $server->error_log, qr/exit signal|AH0005[12]/, 'and nothing crashed';
