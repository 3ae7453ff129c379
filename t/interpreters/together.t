# Extension modules at work in several interpreters of one child at once: data that one of them keeps for the process
# must not reach another interpreter. The docs have the outcome of each.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Config qw(top);
use PyHook::Test;

# The distribution's packages take a minute.
my @all       = split ' ', `python3 t/interpreters/together.py`;
my @exercises = $ENV{PYHOOK_LONG} ? @all : split ' ', `python3 t/interpreters/together.py library`;
my %told      = told_in_docs();
plan tests => 2 + @exercises;

is_deeply [sort keys %told], [sort @all], 'the docs tell of each exercise';

my $conf = <<'CONF';
PyHookInterpreter shop
PyHookInterpreter pool count=2
PyHookHandler together:run
<Location /shop>
    PyHookRunIn shop
</Location>
<Location /pool>
    PyHookRunIn pool
</Location>
CONF
my @places  = qw(main shop pool pool);
my @ways    = qw(plainly in_context in_thread);
my $server;

# [number, place, way] of the requests that one client sends, one after the other.
sub requests {
    my ($client) = @_;
    return map { [$client + $_ % 4, $places[($client + $_) % 4], $ways[$_ / 4]] } 0 .. 11;
}

sub begin {
    my ($name, @requests) = @_;
    my @urls = map { $server->url("/$_->[1]?$name&$_->[0]&$_->[2]") } @requests;
    open my $answers, '-|', 'curl', '-s', '-m', 60, @urls or die "curl: $!";
    return $answers;
}

sub kind {
    my ($name, $request, $answer, $right) = @_;
    return 'works' if $answer eq $right->[$request->[0]];
    return 'refused' if $answer =~ /^\w*(?:Import|ModuleNotFound)Error/;
    diag "$name, @$request: $answer";
    return $answer =~ /^\w+: / ? 'fails' : 'wrong';
}

# The outcome of an exercise; a server in which one has failed is not asked again.
sub outcome {
    my ($name) = @_;
    my @right = `python3 t/interpreters/together.py $name 0 1 2 3 4 5 6 2>/dev/null` or return 'missing';
    $server //= PyHook::Server->new(conf => $conf, children => 1)->start;
    my %seen;
    for ([0], [1 .. 3]) { # one client alone, so that threads serve the places in turn; then some together
        my %answers = map { $_ => begin($name, requests($_)) } @$_;
        for my $client (@$_) {
            $seen{ kind($name, $_, readline($answers{$client}) // '', \@right) }++ for requests($client);
        }
    }
    $seen{crashes}++ if $server->error_log =~ /exit signal/;
    undef $server if keys %seen > 1;
    for (qw(crashes wrong fails refused)) { return $_ if $seen{$_} }
    return 'works';
}

for my $name (@exercises) {
    SKIP: {
        my $outcome = outcome($name);
        skip "the linked Python has not all that $name needs", 1 if $outcome eq 'missing';
        is $outcome, $told{$name} // '', "$name in interpreters at once";
    }
}
$server->stop if $server;
unlike $server ? $server->error_log : '', qr/exit signal/, 'no child crashes';

sub told_in_docs {
    my $path = top() . '/docs/extensions.md';
    open my $file, '<', $path or return;
    return map { /^\| `(\w+)` \|.*\| (\w+) \|$/ ? ($1 => $2) : () } <$file>;
}
