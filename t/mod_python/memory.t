# Virtual hosts with modules of their own cost little: mod_python starts an interpreter of 5 MB for each.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET);
use PyHook::Config qw(mod_python top);
use PyHook::Server;
use PyHook::Test qw(memory_tells);

plan tests => 3, need { 'memory that means something' => memory_tells() };

my $site = top() . '/t/mod_python/sites/two';
my @hosts = map { "host$_.example" } 1 .. 10;
my $server = PyHook::Server->new(children => 1, conf => mod_python() . join '', map { <<"CONF" } @hosts)->start;
<VirtualHost *>
    ServerName $_
    PythonPath "sys.path+['$site']"
    SetHandler mod_python
    PythonHandler shared_name
</VirtualHost>
CONF

sub asked { my ($host) = @_; return GET($server->url('/'), Host => $host)->content }

is asked($hosts[0]), "two helper of two $hosts[0] $hosts[0]", 'a host';
asked($hosts[0]) for 1 .. 50;
my $before = $server->child_peak_kb;
is join(' ', map { asked($_) } @hosts), join(' ', map { "two helper of two $_ $_" } @hosts), 'each host has its modules';
cmp_ok $server->child_peak_kb - $before, '<', 4000, 'nine more hosts need less than one interpreter of mod_python';
