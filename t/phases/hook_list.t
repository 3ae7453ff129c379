# A phase that nobody names costs nothing: httpd's own list of its hooks does not have mod_pyhook there.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

# Everywhere that Python may answer, for responses that report an error: see apache/error_page.cpp.
sub answering { return join ',', 'Post-Read Request', @_, 'Insert Errors' }
# Where Python logs, to watch the streams of HTTP/2: see phases/stream_log.cpp.
my $logging = 'Post-Read Request';

my @cases = (
    [''                                          => ''],
    ["PyHookOption a b\nPyHookInterpreter shop"  => ''],
    ['PyHookFixups sections:a'                   => answering('Fixups')],
    ['PyHookFixups none'                         => ''],
    ['PyHookLogTransaction sections:a'           => answering($logging, 'Transaction Logging')],
    ['Protocols h2c http/1.1'                    => 'Pre-Connection'], # the streams' masters, see connections/connections.cpp
    ['PyHookPostReadRequest sections:a'          => answering('Post-Read Request')],
    ['PyHookTranslateName sections:a'            => answering('Translate Name')],
    ['PyHookHeaderParser sections:a'             => answering('Header Parse')],
    ['PyHookCheckAuthn sections:a'               => answering('(?:Check Type|Verify User ID|Check User ID)')],
    ["PyHookFixups sections:a\nPyHookFixups sections:b\nPyHookLogTransaction sections:a"
        => answering($logging, 'Fixups', 'Transaction Logging')],
);

plan tests => @cases + 2;

# The request hooks in which mod_info lists mod_pyhook, each as often as it does. The handlers pyhook-metrics and
# pyhook-health need no directive of ours, so they are always there, and are left out.
sub hooked {
    my ($server) = @_;
    my $page = GET_BODY($server->url('/info?hooks'));
    my ($requests) = $page =~ /<h2><a name="request_hooks">(.*?)<h2>/s or return 'no list';
    my @hooked;
    while ($requests =~ m{<strong>([^<]+):</strong>(.*?)</dt>}gs) {
        my ($hook, $modules) = ($1, $2);
        push @hooked, $hook while $modules =~ /\?mod_pyhook\.c/g;
    }
    for my $handler (qw(pyhook-metrics pyhook-health)) {
        my ($at) = grep { $hooked[$_] eq 'Content Handlers' } 0 .. $#hooked;
        return "no handler $handler" unless defined $at;
        splice @hooked, $at, 1;
    }
    return join ',', @hooked;
}

sub server_with {
    return PyHook::Server->new(children => 1, conf => "$_[0]\n<Location /info>\nSetHandler server-info\n</Location>\n")
        ->start;
}

for (@cases) {
    my ($conf, $hooks) = @$_;
    like hooked(server_with($conf)), qr/^(?:$hooks)$/, $conf =~ tr/\n/,/r || 'no directive';
}

my $server = server_with('PyHookFixups sections:a');
$server->graceful for 1 .. 3;
is hooked($server), answering('Fixups'), 'and so it stays after graceful restarts';

like hooked(server_with("PyHookImport sections")), qr/Fixups.*Transaction Logging/, 'a plug-in may want any phase';
