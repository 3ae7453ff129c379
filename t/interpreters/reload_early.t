# PyHookReload: a child that has just started may find an edit. It does not end before httpd has seen it at work,
# because httpd would conclude that no child can start, and end.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use File::Path qw(make_path);
use PyHook::Test;

plan tests => 4;

my $place = Apache::Test::vars('t_logs') . '/reload-early';
make_path($place);

sub edit { replace_file("$place/reload_early.py", "def show(req):\n    return '$_[0]'\n") }

edit('one');
my $server = PyHook::Server->new(children => 1, conf => <<"CONF")->start;
PyHookPath "$place"
PyHookReload On
PyHookHandler reload_early:show
CONF
my $url = $server->url('/');
is GET_BODY($url), 'one', 'the code is loaded';
edit('two');
is body_when($url, qr/two/), 'two', 'another child has the fresh code';
edit('three');
is body_when($url, qr/three/), 'three', 'and the next one';
unlike $server->error_log, qr/AH02324|exit signal/, 'while the server goes on';
