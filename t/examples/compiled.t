# Handlers and filters of examples/compiled: in Python, in Cython, in C++; each gives the same.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;

use PyHook::Config qw(top);
use PyHook::Server;
use PyHook::Test qw(until_true);

my $built = top() . '/compiled';
plan skip_all => 'needs -DPYHOOK_TESTS=ON, cython3 and the Python that it is for'
    unless glob("$built/compiled_cython*.so") && glob("$built/compiled_native*.so");

my $conf = 'PyHookPath ' . top() . "/examples/compiled $built\n";
for my $way (qw(python cython native)) {
    $conf .= "<Location /$way>\nPyHookHandler compiled_$way:chain\n</Location>\n";
}
my %filters = (python => 'compiled_python:squeeze', generator => 'compiled_cython:squeeze', class => 'compiled_cython:Squeeze');
for my $name (sort keys %filters) {
    $conf .= "PyHookOutputFilter $name $filters{$name}\n"
        . "<Location /$name-filter>\nPyHookHandler compiled_pieces:pieces\nSetOutputFilter $name\n</Location>\n";
}
$conf .= "<Location /waits>\nPyHookHandler compiled_cython:waits\n</Location>\n"
    . "PyHookInterpreter own\n<Location /own>\nPyHookRunIn own\nPyHookHandler compiled_native:chain\n</Location>\n"
    . "<Location /own-cython>\nPyHookRunIn own\nPyHookHandler compiled_cython:chain\n</Location>\n";

my $server = PyHook::Server->new(conf => $conf, children => 1);
$server->start;

# Does the log get it? A part is written after the answer.
sub logged {
    my ($pattern) = @_;
    return until_true { $server->error_log =~ $pattern };
}

sub content { GET($server->url($_[0]))->content }

for my $way (qw(python cython native)) {
    is content("/$way"), "143\n", "$way: the longest chain below 400";
    is content("/$way?28"), "111\n", "$way: below 28, as the query asks";
    is GET($server->url("/$way?x"))->code, 500, "$way: what raises is answered";
    ok logged(qr/PYHOOK0005.*compiled_$way:chain.*ValueError/s), "$way: and logged with its callable";
}
is content("/$_-filter"), "a b c d\n", "$_: blanks are squeezed, across chunks too" for sort keys %filters;
is content('/waits'), "waited\n", "a coroutine of Cython's";
is content('/own'), "143\n", 'the extension in C++ loads in another interpreter, too';
is GET($server->url('/own-cython'))->code, 500, 'one of Cython is of one interpreter';
ok logged(qr/ImportError: Interpreter change detected/), 'and says so';

done_testing;
