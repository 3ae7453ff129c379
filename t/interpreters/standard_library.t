# The modules of the standard library that an interpreter with its own GIL refuses: exactly those that the docs name.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use PyHook::Config qw(top);
use PyHook::Test;

plan tests => 6;

my $conf = <<'CONF';
PyHookInterpreter shelf gil=own count=2
PyHookHandler standard_library:modules
<Location /own>
    PyHookRunIn shelf
</Location>
CONF
my ($status) = config_test($conf);
SKIP: {
    skip 'mod_pyhook is linked with a Python that has no usable GIL per interpreter', 6 if $status != 0;

    my $server = PyHook::Server->new(conf => $conf, children => 1)->start;
    my (%reasons, %seen, $version);
    # A request goes to an idle member, in turn: both load all modules.
    for (1 .. 20) {
        my $answer = GET_BODY($server->url('/own'));
        ($version) = $answer =~ s{\A(shelf/\d) (3\.\d+)\n}{} ? $2 : undef;
        $seen{ $1 // $answer }++;
        $reasons{$1} = $2 while $answer =~ /^(\w+): (.*)$/mg;
        last if keys %seen == 2;
    }
    my %missing = map { $_ => 1 } GET_BODY($server->url('/main')) =~ /^(\w+): /mg;
    is_deeply [sort keys %seen], ['shelf/1', 'shelf/2'], 'both members have tried each module';
    delete @reasons{ keys %missing };
    is_deeply [grep { $reasons{$_} !~ /does not support loading in subinterpreters/ } sort keys %reasons], [],
        'what the main interpreter loads, they load too, or it is refused';

    my %named = named_in_docs();
    my @refused = grep { !/^_/ } sort keys %reasons;
    is_deeply [grep { !$named{$_} } @refused], [], 'the docs name each that is refused';
    SKIP: {
        skip "the docs tell of 3.13, this is $version", 1 if $version ne '3.13';
        is_deeply [grep { !$missing{$_} } sort keys %named], \@refused, 'and no other';
    }
    $server->stop;
    unlike $server->error_log, qr/exit signal/, 'nor does any of them crash the child';
    unlike $server->error_log, qr/PYHOOK00|\] AH0005/, 'which leaves as it should';
}

sub named_in_docs {
    my $path = top() . '/docs/directives/PyHookInterpreter.md';
    open my $file, '<', $path or die "$path: $!";
    local $/;
    my ($list) = <$file> =~ /standard library, CPython 3\.13\.\d+ refuses (.*?) there/s or die "$path: no list";
    return map { $_ => 1 } $list =~ /`(\w+)`/g;
}
