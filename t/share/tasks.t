# @pyhook.every, on_child_init and on_exit: in which process and interpreter each runs, and what a failure does.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;
use Time::HiRes qw(time);

plan tests => 18;

my $conf = <<'END';
PyHookShared marks 64K
PyHookImport tasks
PyHookInterpreter other
PyHookHandler tasks:show
<Location /misuse>
    PyHookHandler tasks:misuse
</Location>
END
my $server = PyHook::Server->new(conf => $conf, children => 2)->start;

sub marks { map { split /: / } split /\n/, GET_BODY($server->url('/')) }

# The marks, when the condition holds for them, or after the deadline.
sub marks_when {
    my ($condition) = @_;
    my %marks;
    until_true { %marks = marks(); local *_ = \%marks; $condition->() };
    return %marks;
}

sub many { grep { /^$_[0] / && $_{$_} > 3 } keys %_ }

my %marks = marks_when(sub { many('each') >= 4 && many('broken') >= 4 && ($_{once} // 0) > 3 });
is scalar(grep { /^init / } keys %marks), 4, 'on_child_init ran in both children and both interpreters';
local *_ = \%marks;
is scalar(many('each')), 4, 'a task runs in both children and both interpreters, again and again';
is scalar(many('broken')), 4, 'one that raises goes on';
cmp_ok $marks{once}, '>', 3, 'a task of the server runs';
is $marks{holders}, 1, 'in one place only';
like $marks{holder}, qr/^\d+ main$/, 'in the main interpreter';
like $server->error_log, qr/PYHOOK0005: every tasks:broken_task raised\n.*RuntimeError: broken task/s, 'what a task raises is logged';
like $server->error_log, qr/PYHOOK0005: child_init tasks:broken_start raised\n.*RuntimeError: broken start/s, 'and what on_child_init does';
is GET_BODY($server->url('/misuse')), join("\n", qw(ValueError ValueError TypeError TypeError ValueError TypeError),
    (q(a callback is a callable, not 'no function')) x 3), 'wrong arguments are refused';

my ($chosen) = $marks{holder} =~ /^(\d+)/;
kill KILL => $chosen;
%marks = marks_when(sub { $_{holder} !~ /^$chosen / && $_{holders} == 2 });
unlike $marks{holder}, qr/^$chosen /, 'another child takes over when the chosen one dies';
is $marks{holders}, 2, 'one only';

my $before = $marks{holder};
$server->graceful;
%marks = marks_when(sub { $_{holder} ne $before });
isnt $marks{holder}, $before, 'the new generation takes over';
my $once = $marks{once};
%marks = marks_when(sub { $_{once} > $once });
cmp_ok $marks{once}, '>', $once, 'and goes on';

until_true { $server->error_log =~ /exit one \d+ other True/ };
like $server->error_log, qr/exit two (\d+) main.*exit one \1 main True/s, 'exit functions run, the last registered first';
like $server->error_log, qr/exit one (\d+) main True.*exit two \1 other.*exit one \1 other True/s, 'in every interpreter';
like $server->error_log, qr/PYHOOK0005: exit tasks:broken_exit raised\n.*RuntimeError: broken exit/s, 'what one raises is logged';

$server->stop;
unlike $server->error_log, qr/AH0004[56]/, 'tasks do not hold up the end: no child had to be killed';
unlike $server->error_log, qr/PYHOOK0009/, 'and exit functions were not given up';
