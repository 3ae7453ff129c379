# An application that cannot be loaded says why. Once mended, it serves after a graceful restart, or without one if
# PyHookReload is On.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY GET_RC);
use File::Temp ();
use PyHook::Config qw(top);
use PyHook::Test qw(:DEFAULT write_file);

my $place = File::Temp::tempdir('wsgi-mended-XXXXXX', DIR => top() . '/t/logs', CLEANUP => 1);
my $works = <<'PYTHON';
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"works"]
PYTHON

# The fault of a file, and what the log says about it.
my %broken = (
    raises  => ['raise LookupError("no settings")', qr/, line 1, in <module>\n.*LookupError: no settings/s],
    syntax  => ["def application(:\n",              qr/, line 1\n.*SyntaxError: /s],
    imports => ['import wsgi_mended_none',          qr/ModuleNotFoundError: No module named 'wsgi_mended_none'/],
    name    => ['applikation = None',               qr/AttributeError: .*application/],
    number  => ['application = 5',                  qr/TypeError: expected a callable, not int/],
    missing => [undef,                              qr/FileNotFoundError|ModuleNotFoundError/],
);
my @kinds = sort keys %broken;

plan tests => 2 * 4 * @kinds + 2 * (2 * 2 * @kinds + 1);

my $conf = qq(PyHookPath "$place"\n);
my %path;
for my $kind (@kinds) {
    %path = (%path, "/file/$kind" => "$place/$kind.wsgi", "/module/$kind" => "$place/wsgi_mended_$kind.py");
    $conf .= qq(PyHookWSGIAlias /file/$kind "$place/$kind.wsgi"\nPyHookWSGIAlias /module/$kind wsgi_mended_$kind:application\n);
}

sub write_broken {
    for my $url (keys %path) {
        my ($text) = @{ $broken{ $url =~ s{.*/}{}r } };
        if (defined $text) { write_file($path{$url}, $text) }
        else               { unlink $path{$url} }
    }
}

# Replaces the old one at once.
sub mend { replace_file($_, $works) for values %path }

# The answer of a URL when it works; after the deadline the answer then.
sub answer_when_mended {
    my ($url) = @_;
    my $answer;
    until_true { ($answer = GET $url)->code == 200 };
    return $answer->content;
}

write_broken();
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

mend();
$server->graceful;
is GET_BODY($server->url($_)), 'works', "$_: mended" for sort keys %path;

for my $name ('main', 'shop') {
    write_broken();
    $server = PyHook::Server->new(conf => "PyHookInterpreter shop\nPyHookReload On\nPyHookRunIn $name\n$conf", children => 1)->start;
    is GET_RC($server->url($_)), 500, "$_ in $name: 500" for sort keys %path;
    mend();
    is answer_when_mended($server->url($_)), 'works', "$_ in $name: mended, without a restart" for sort keys %path;
    is $server->generations, 1, 'indeed without';
}
