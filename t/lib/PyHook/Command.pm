# The command `pyhook` asks a running server.
package PyHook::Command;

use strict;
use warnings;

use Exporter qw(import);
use JSON::PP qw(decode_json);
use Test::More ();

use PyHook::Config qw(top);

our @EXPORT_OK = qw(json_from text_from);

# What the command prints, on both outputs.
sub text_from {
    my ($server, $command, @words) = @_;
    local $ENV{PYTHONPATH} = top() . '/python';
    local $ENV{PYTHONDONTWRITEBYTECODE} = 1;
    open my $output, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh', 'python3', '-m', 'pyhook', $command, @words, '--run', $server->{root} or die $!;
    local $/;
    return <$output> // '';
}

# What it prints with --json; an empty list if that is none, which is then told.
sub json_from {
    my ($server, @words) = @_;
    my $answer = text_from($server, @words, '--json');
    return eval { decode_json($answer) } // do { Test::More::diag $answer; [] };
}

1;
