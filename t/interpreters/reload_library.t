# PyHookReload and the standard library: used in a named interpreter, then in main, reloaded, used in both. Objects that
# its C modules keep once per process must survive the interpreter that was replaced.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use File::Path qw(make_path);
use PyHook::Config qw(top);
use PyHook::Test;

my $edits = 5;
plan tests => 2 + 2 * $edits + 2;

my $place = Apache::Test::vars('t_logs') . '/reload-library';
make_path($place);
my $exercises = top() . '/t/interpreters';
open my $source, '<', "$exercises/reload_library.py" or die $!;
my $text = do { local $/; <$source> };
replace_file("$place/reload_library_copy.py", $text);

my $server = PyHook::Server->new(children => 1, path => $place, conf => <<'CONF')->start;
PyHookInterpreter shop
PyHookHandler reload_library_copy:use
<Location /shop>
    PyHookRunIn shop
    PyHookReload On
</Location>
CONF
my $right = `PYTHONPATH=@{[top()]}/python:$exercises python3 $exercises/reload_library.py` or die 'no Python';

sub is_right {
    my ($where, $when) = @_;
    my @right = split /\n/, $right;
    my @answer = split /\n/, GET_BODY($server->url("/$where"));
    is_deeply [grep { $answer[$_] ne $right[$_] } 0 .. $#right], [], "$where, $when" or diag join "\n", @answer;
}

is_right($_, 'before any edit') for qw(shop main);
for my $edit (1 .. $edits) {
    replace_file("$place/reload_library_copy.py", "$text\n# edit $edit\n");
    is_right('shop', "after edit $edit");
    until_true { $edit <= (() = $server->error_log =~ /leaves$/mg) } or diag 'the old one has not ended';
    is_right('main', "after edit $edit");
}
like GET_BODY($server->url('/shop')), qr/^decimal /m, 'the last interpreter still serves';
unlike $server->error_log, crashed_or_late(), 'no child crashes';
