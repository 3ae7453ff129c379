# The examples that read content do what their pages say if it comes a byte at a time.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);

use PyHook::Config qw(top);
use PyHook::Example;

# For input, the filter that is added with a higher type is nearer to the client; for output, the first is nearer to the
# content.
my $feeder = <<'CONF';
PyHookInputFilter  FED-IN  fed:by_bytes type=content
PyHookOutputFilter FED-OUT fed:by_bytes change=no
PyHookFixups fed:add
CONF

my $top = top();
my $looks = qr/PyHook(?:In|Out)putFilter |\.read\w*\(|wsgi\.input/;
my @pages = grep { PyHook::Example->new("$top/$_")->says($looks) } map { s{^\Q$top\E/}{}r } glob "$top/README.md $top/docs/*.md $top/docs/*/*.md";

plan tests => 1 + @pages;
ok +(grep { $_ eq 'docs/filters.md' } @pages), 'there are such pages';
for my $page (@pages) {
    my @problems = PyHook::Example->new("$top/$page", $feeder)->problems;
    ok !@problems, $page or diag @problems;
}
