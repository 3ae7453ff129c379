# An application that can't be loaded says why; mended, it serves after a graceful restart.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use File::Temp ();
use PyHook::Config qw(top);
use PyHook::Test;

my $place = File::Temp::tempdir('wsgi-mended-XXXXXX', DIR => top() . '/t/logs', CLEANUP => 1);
my $works = <<'PYTHON';
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"works"]
PYTHON

# What is wrong with a file, and what the log says of it.
my %broken = (
    raises  => ['raise LookupError("no settings")', qr/, line 1, in <module>\n.*LookupError: no settings/s],
    syntax  => ["def application(:\n",              qr/, line 1\n.*SyntaxError: /s],
    imports => ['import wsgi_mended_none',          qr/ModuleNotFoundError: No module named 'wsgi_mended_none'/],
    name    => ['applikation = None',               qr/AttributeError: .*application/],
    number  => ['application = 5',                  qr/TypeError: it is no callable but a int/],
    missing => [undef,                              qr/FileNotFoundError|ModuleNotFoundError/],
);
my @kinds = sort keys %broken;

plan tests => 2 * 4 * @kinds;

sub write_file {
    my ($path, $text) = @_;
    open my $file, '>', $path or die "$path: $!";
    print $file $text;
    close $file or die "$path: $!";
}

my $conf = qq(PyHookPath "$place"\n);
my %path;
for my $kind (@kinds) {
    %path = (%path, "/file/$kind" => "$place/$kind.wsgi", "/module/$kind" => "$place/wsgi_mended_$kind.py");
    $conf .= qq(PyHookWSGIAlias /file/$kind "$place/$kind.wsgi"\nPyHookWSGIAlias /module/$kind wsgi_mended_$kind:application\n);
}
for my $url (sort keys %path) {
    my ($text) = @{ $broken{ $url =~ s{.*/}{}r } };
    write_file($path{$url}, $text) if defined $text;
}

my $server = PyHook::Server->new(conf => $conf, children => 1)->start;
for my $url (sort keys %path) {
    my $before = length $server->error_log;
    my $answer = GET $server->url($url);
    my $log = substr $server->error_log, $before;
    my ($kind, $pattern) = ($url =~ s{.*/}{}r, $broken{ $url =~ s{.*/}{}r }[1]);
    my $name = $url =~ m{^/file} ? $path{$url} : "wsgi_mended_$kind:application";
    is $answer->code, 500, "$url: 500";
    unlike $answer->content, qr/Error:|Traceback|\Q$place\E/, 'the client learns nothing of it';
    like $log, qr/PYHOOK000[34]: wsgi \Q$name\E .*$pattern/s, 'the log has its code, its name, and why';
}

write_file($_, $works) for values %path;
$server->graceful;
is GET_BODY($server->url($_)), 'works', "$_: mended" for sort keys %path;
