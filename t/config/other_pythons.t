# Other modules that start Python in the same process: what cannot work is refused in one sentence. What can work does,
# because people migrate step by step: mod_wsgi's daemons beside our hooks.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_RC GET_BODY POST);
use PyHook::Config qw(other_module);
use PyHook::Server;
use PyHook::Test;

my $wsgi   = other_module('wsgi', 'mod_wsgi.so');
my $python = other_module('python', 'mod_python.so');

plan tests => 19;

# A configuration that is refused, and the message. Without the distribution's module there is nothing to find.
sub refused {
    my ($module, $conf, $message, $what) = @_;
    SKIP: {
        skip 'the distribution has no such module for the linked Python', 2 unless $module;
        my ($status, $output) = config_test("$module$conf");
        isnt $status, 0, "$what: refused";
        like $output, $message, 'and why, and the cure';
    }
}

my $daemons_only = qr/mod_wsgi is loaded too, and both would start Python in httpd's children: .*WSGIRestrictEmbedded On/;
refused($python, '', qr/mod_python is loaded too, and both would start Python in one process: take one LoadModule line away/, 'mod_python');
refused($wsgi, '', $daemons_only, 'mod_wsgi');
refused($wsgi, "WSGIRestrictEmbedded Off\n", $daemons_only, 'mod_wsgi with embedded mode');
refused($wsgi, "WSGIRestrictEmbedded On\nWSGILazyInitialization Off\n", qr/take WSGILazyInitialization Off away/, 'mod_wsgi with Python in the parent');
refused($wsgi, "WSGIRestrictEmbedded On\n<Location /a>\nWSGIAuthUserScript /srv/a.py\n</Location>\n",
    qr/write PyHookAuthnProvider instead of WSGIAuthUserScript/, "mod_wsgi's scripts for access control");

SKIP: {
    skip 'a daemon of mod_wsgi needs the allocators that pools lack when they are watched', 9 if ($ENV{PYHOOK_UNDER} // '') eq 'address';
    skip 'the distribution has no mod_wsgi for the linked Python', 9 unless $wsgi;
    my $directory = Apache::Test::vars('t_logs');
    open my $file, '>', "$directory/daemon.wsgi" or die "daemon.wsgi: $!";
    print $file <<'PYTHON';
import os


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    body = environ["wsgi.input"].read()
    return [f"daemon {os.getppid()} {environ.get('FROM_HOOK')} {len(body)}".encode()]
PYTHON
    close $file or die "daemon.wsgi: $!";
    my $server = PyHook::Server->new(children => 1, conf => <<"CONF")->start;
$wsgi
WSGIRestrictEmbedded On
WSGISocketPrefix \@t_logs\@/wsgi
WSGIDaemonProcess old processes=1 threads=2 home=\@t_logs\@
WSGIScriptAlias /old $directory/daemon.wsgi process-group=old
WSGIScriptAlias /embedded $directory/daemon.wsgi
PyHookFixups other_pythons:mark
PyHookOutputFilter UPPER other_pythons:upper
<Location /old/upper>
    SetOutputFilter UPPER
</Location>
<Location /new>
    PyHookHandler other_pythons:page
</Location>
CONF
    for my $turn ('at first', 'after a restart') {
        like GET_BODY($server->url('/old')), qr/^daemon \d+ marked 0$/, "mod_wsgi's daemon behind our hook, $turn";
        is GET_BODY($server->url('/new')), 'new', "our own handler, $turn";
        $server->graceful if $turn eq 'at first';
    }
    like +(POST $server->url('/old'), content => 'a' x 100_000)->content, qr/ marked 100000$/, 'with a body';
    like GET_BODY($server->url('/old/upper')), qr/^DAEMON /, 'our filter behind a daemon';
    is GET_RC($server->url('/embedded')), 500, 'mod_wsgi refuses what would run in our process';
    is GET_BODY($server->url('/new')), 'new', 'and we go on';
    $server->stop;
    unlike $server->error_log, qr/Fatal|exit signal|PYHOOK/, 'nothing has gone wrong';
}
