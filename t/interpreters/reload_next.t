# PyHookReload: the very next request after an edit is served by new code, even if the files were looked at a moment
# ago.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use File::Path qw(make_path);
use PyHook::Test;

plan tests => 5, need { 'a child that makes way answers with the code of before' => sub { !keeps_what_was_freed() } };

my $place = Apache::Test::vars('t_logs') . '/reload-next';
make_path($place);

sub edit { my ($name, $text) = @_; replace_file("$place/$name", $text) }

# In place, as an editor that keeps the file's inode.
sub write_over {
    my ($name, $text) = @_;
    open my $file, '>', "$place/$name" or die "$place/$name: $!";
    print $file $text;
    close $file or die "$place/$name: $!";
}

edit('reload_next.py', <<'PYTHON');
import reload_next_words
def show(req):
    return reload_next_words.word
def late(req):
    import reload_next_late
    return reload_next_late.word
PYTHON
edit('reload_next_words.py', "word = '0'\n");
edit('reload_next_ballast.py', ballast());
edit('reload_next_late.py', "word = 'early'\n");

my $server = PyHook::Server->new(children => 1, conf => <<"CONF")->start;
PyHookPath "$place"
PyHookInterpreter large import=reload_next_ballast
PyHookInterpreter shop
PyHookRunIn shop
PyHookReload On
PyHookHandler reload_next:show
<Location /late>
    PyHookHandler reload_next:late
</Location>
CONF
my $url = $server->url('/');
is GET_BODY($url), '0', 'the code is loaded';

my @seen = map { edit('reload_next_words.py', "word = '$_'\n"); GET_BODY $url } 1 .. 5;
is "@seen", '1 2 3 4 5', 'after a file was put in the place of another';

@seen = map { write_over('reload_next_words.py', "word = '$_'\n"); GET_BODY $url } 6 .. 9;
is "@seen", '6 7 8 9', 'after it was written over';

GET_BODY $server->url('/late');
edit('reload_next_late.py', "word = 'later'\n");
is GET_BODY($server->url('/late')), 'later', 'of a module that a request has just imported, too';

write_over('reload_next_words.py', "word = (\n");
GET_BODY $url;
write_over('reload_next_words.py', "word = 'whole'\n");
is GET_BODY($url), 'whole', 'and of one that could not be compiled';
