# A callable that makes httpd call it again causes an error of that request: no thread runs out of stack or computes for
# ever, and the child serves on.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Server;
use PyHook::Test;

# Which callable is in the circle, and the client's status.
my %circles = (
    lookup            => { conf => 'PyHookAccessChecker recursion:lookup',         answer => qr{^HTTP/1.1 500 } },
    lookup_of_main    => { conf => 'PyHookAccessChecker recursion:lookup_of_main', answer => qr{^HTTP/1.1 500 } },
    run_of_main       => { conf => 'PyHookHandler recursion:run_of_main', answer => qr{^HTTP/1.1 200 .*\n\r?\n$}s },
    redirect          => { conf => 'PyHookHandler recursion:redirect',             answer => qr{^HTTP/1.1 500 } },
    redirect_of_first => { conf => 'PyHookFixups recursion:redirect_of_first',     answer => qr{^HTTP/1.1 500 } },
    access            => { conf => 'PyHookAccessChecker recursion:access',         answer => qr{^HTTP/1.1 500 } },
    access_ex         => { conf => 'PyHookAccessCheckerEx recursion:access',       answer => qr{^HTTP/1.1 500 } },
    access_anyway     => { conf => 'PyHookAccessChecker recursion:access_anyway',  answer => qr{^HTTP/1.1 403 } },
    permit            => { conf => 'Require circle', answer => qr{^HTTP/1.1 (500|403) } },
    login             => { conf => <<'CONF', answer => qr{^HTTP/1.1 401 .*X-Refused: note_auth_failure\(\) asks callables }s },
AuthType own
AuthName x
PyHookNoteAuthFailure recursion:login
PyHookHandler recursion:login_needed
CONF
);
plan tests => 2 * keys(%circles) + 3;

my $server = PyHook::Server->new(children => 1, conf => join '', <<'GENERAL', map { <<"CONF" } sort keys %circles)->start;
PyHookAuthzProvider circle recursion:permit
GENERAL
<Location /$_.txt>
    $circles{$_}{conf}
</Location>
CONF
for my $name (sort keys %circles) {
    my (undef, $answer) = curl('--max-time', 10, $server->url("/$name.txt"));
    like $answer, $circles{$name}{answer}, $name;
    like +(curl($server->url('/index.html')))[1], qr{^HTTP/1.1 200 }, "$name: and the child serves on";
}
unlike $server->error_log, qr/exit signal/, 'no child ended';
like $server->error_log, qr/RuntimeError: some_auth_required asks callables of this request: none of them can ask for it/,
    'the log names what is in the circle';

my $ids = PyHook::Server->new(children => 1, conf => 'PyHookGenerateLogId recursion:log_id')->start;
like +(curl('--max-time', 10, $ids->url('/none.txt')))[1], qr{^HTTP/1.1 404 }, 'an id that asks for itself';
