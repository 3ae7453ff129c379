# PyHookReload in the main interpreter while clients keep asking: children come and go, and no request is lost.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use File::Path qw(make_path);
use PyHook::Config qw(mpm);
use PyHook::Load qw(while_loaded);
use PyHook::Test;
use Time::HiRes qw(sleep time);

my @mpms = mpm() eq 'event' ? qw(event worker) : (mpm());
my @words = qw(two three);
plan tests => 5 * @mpms;

my $place = Apache::Test::vars('t_logs') . '/reload-load';
make_path($place);

sub edit {
    my ($word) = @_;
    replace_file("$place/reload_load.py", qq(import os\n\ndef show(req):\n    return f"$word {os.getpid()}\\n"\n));
}

# Does every child, as far as many answers tell, have the code before the deadline?
sub serves {
    my ($server, $word) = @_;
    my ($deadline, $fresh) = (time + 20, 0);
    while ($fresh < 20 && time < $deadline) {
        $fresh = GET_BODY($server->url('/')) =~ /^$word / ? $fresh + 1 : 0;
        sleep 0.02;
    }
    return $fresh == 20;
}

for my $mpm (@mpms) {
    edit('one');
    my $server = PyHook::Server->new(mpm => $mpm, children => 2, conf => <<"END")->start;
PyHookPath "$place"
PyHookImport reload_load
PyHookReload On
PyHookHandler reload_load:show
END
    my %served;
    my $seen = while_loaded($server, sub {
        my ($answered) = @_;
        for my $word (@words) {
            edit($word);
            $served{$word} = serves($server, $word) && until_true { $answered->(qr/^$word /) > 10 };
        }
    });
    is_deeply [grep { $served{$_} } @words], \@words, "$mpm: each edit was served";
    is_deeply $seen->{failures}, [], 'no request was lost';
    cmp_ok $seen->{answers}, '>', 50, "of $seen->{answers}";
    cmp_ok keys %{ $seen->{texts} }, '>=', @words, 'by children of each code';
    $server->stop;
    unlike $server->error_log, qr/${\ crashed_or_late()}|PYHOOK00/, 'and no child crashed or was late';
}
