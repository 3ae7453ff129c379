# Environs have many values in common, and are made at the same time: none gets a value of another one, and none keeps
# values that its client invented.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET_BODY);
use PyHook::Config qw(mpm);
use PyHook::Test;

my %slashes = (On => '/a/b/', Off => '//a//b/');

plan tests => 3 + keys %slashes;

# If no name has a port, httpd asks for the default one.
my $server = PyHook::Server->new(conf => <<'CONF', children => 1)->start;
ServerName shop.example
UseCanonicalName On
PyHookDefaultPort wsgi_environ:port
PyHookWSGIAlias /shown wsgi_environ:shown
PyHookWSGIAlias /interned wsgi_environ:interned
CONF

SKIP: {
    skip 'a child of prefork serves one request at a time', 2 if mpm() eq 'prefork';
    my @clients = map { start_curl('-X', $_, $server->url("/shown?$_")) } qw(GET POST);
    is answer_of($clients[0]), 'GET GET 8000', 'one of two environs that are made at once';
    is answer_of($clients[1]), 'POST POST 8000', 'and the other';
}

# More names than are kept, all of them new.
my $made = 0;
sub ask { GET_BODY($server->url('/interned'), map { ('X-Made-Up-' . ++$made => 1) } 1 .. 20) }
ask() for 1 .. 3;
my $before = ask();
ask() for 1 .. 30;
cmp_ok ask() - $before, '<', 300, 'names of headers that clients made up are not interned';

for my $merged (sort keys %slashes) {
    $server->with_conf("MergeSlashes $merged\nPyHookWSGIAlias /path wsgi_environ:path\n")->restart;
    is GET_BODY($server->url('//path//a//b/')), "/path $slashes{$merged}", "MergeSlashes $merged decides about PATH_INFO";
}

sub start_curl {
    open my $from, '-|', 'curl', '-s', '--max-time', 30, @_ or die "curl: $!";
    return $from;
}

sub answer_of {
    my ($from) = @_;
    local $/;
    return <$from> // '';
}
