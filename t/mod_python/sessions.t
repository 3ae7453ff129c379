# Sessions in every store, their ids, their locks, and cookies.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET);
use PyHook::Config qw(mod_python new_directory top);
use PyHook::Server;
use PyHook::Test qw(until_true);

my $site = top() . '/t/mod_python/sites/sessions';
my $kept = new_directory('sessions');
my $open = new_directory('open');
my $server = PyHook::Server->new(children => 1, conf => mod_python() . <<"CONF")->start;
PythonPath "sys.path+['$site']"
PythonOption mod_python.session.database_directory $kept
PythonOption mod_python.mutex_directory $kept
<LocationMatch "^/\\w+">
    SetHandler mod_python
</LocationMatch>
@{[map { "<Location /$_>\nPythonHandler visits\nPythonOption mod_python.session.session_type ${_}Session\n</Location>\n" } qw(Memory File Dbm)]}
<Location /signed_session>
    PythonHandler visits
    PythonOption mod_python.session.session_type MemorySession
    PythonOption secret key
</Location>
<Location /unknown>
    PythonHandler visits
    PythonOption mod_python.session.session_type OtherSession
</Location>
<Location /busy>
    PythonHandler visits::busy
    PythonOption mod_python.session.lock_timeout 0.01
</Location>
<Location /here>
    PythonHandler visits::slow
    PythonOption mod_python.session.session_type MemorySession
</Location>
<Location /busy_here>
    PythonHandler visits::busy_here
    PythonOption mod_python.session.lock_timeout 0.01
</Location>
<Location /over>
    PythonOption mod_python.session.session_type FileSession
    PythonHandler visits
    PythonLogHandler visits::told_whether_free
</Location>
<Location /own>
    PythonOption mod_python.dbm_session.database_directory $open
    PythonOption mod_python.session.session_type DbmSession
    PythonHandler visits
</Location>
@{[map { "<Location /$_>\nPythonOption mod_python.session.session_type FileSession\nPythonHandler visits::$_\n</Location>\n" } qw(slow fixed cookies signed wrong)]}
CONF

sub got { my ($path, $cookie) = @_; return GET($server->url($path), $cookie ? (Cookie => $cookie) : ()) }
sub cookie_of { my ($answer) = @_; return ($answer->header('Set-Cookie') // '') =~ /^([^;]+)/ ? $1 : '' }

# Sessions in memory are those of one process.
for my $kind ('File', 'Dbm', $server->{mpm} eq 'prefork' ? () : 'Memory') {
    my $first = got("/$kind");
    is $first->content, "1 1 ${kind}Session", "$kind: a new session";
    my $cookie = cookie_of($first);
    like $cookie, qr/^pysid=[0-9a-f]{32}$/, "$kind: its id";
    is got("/$kind", $cookie)->content, "2 0 ${kind}Session", "$kind: the same session";
    is got("/$kind", 'pysid=' . 'a' x 32)->content, "1 1 ${kind}Session", "$kind: an id that nobody has got begins a new one";
    unlike cookie_of(got("/$kind", 'pysid=' . 'a' x 32)), qr/aaaa/, "$kind: under another id";
    is got("/$kind?leave", $cookie)->content, "left 0 ${kind}Session", "$kind: the session ends";
    is got("/$kind", $cookie)->content, "1 1 ${kind}Session", "$kind: and is gone";
    my $short = cookie_of(got("/$kind?short"));
    is got("/$kind", $short)->content, "1 1 ${kind}Session", "$kind: one that is too old too";
}
for my $id ('../../../../etc/passwd', 'abcdef' x 64, 'A' x 32, 'x') {
    is got('/File', "pysid=$id")->content, '1 1 FileSession', "the id $id is none";
    unlike got("/fixed?$id")->content, qr/\Q$id\E/, 'nor as an argument';
}
my $signed = cookie_of(got('/signed_session'));
like $signed, qr/^pysid=[0-9a-f]{96}$/, 'a signed id';
is got('/signed_session', 'pysid=' . substr $signed, -32)->content, '1 1 MemorySession', 'an id without its signature is none';
is got('/unknown')->code, 500, 'an unknown kind';

# The visits that are counted when four clients have come five times each.
sub visits_of_many {
    my ($path) = @_;
    my $cookie = cookie_of(got($path));
    my @children = map {
        my $pid = fork // die "fork: $!";
        if (!$pid) { got($path, $cookie) for 1 .. 5; require POSIX; POSIX::_exit(0) }
        $pid;
    } 1 .. 4;
    waitpid $_, 0 for @children;
    return ($cookie, got($path, $cookie)->content);
}

my ($cookie, $visits) = visits_of_many('/slow');
is $visits, 22, 'requests of one session wait for each other';
if ($server->{mpm} ne 'prefork') {
    my ($here, $visits_here) = visits_of_many('/here');
    is $visits_here, 22, 'so do those of a session in memory';
    is got('/busy_here', $here)->code, 503, 'but not for ever';
    is got('/here', $here)->content, 23, 'nothing of that is left';
}

is got('/busy')->content, 'taken 40', 'as many sessions as there are can be locked at once';
is got('/busy', $cookie)->code, 503, 'a session that another request holds too long';
like $server->error_log, qr/Session: another request has held the session for 0\.01 s/, 'the log says so';
got('/over', $cookie);
ok until_true(sub { $server->error_log =~ /the session is (free|held)/ }), 'the request is logged';
like $server->error_log, qr/the session is free/, 'a session is unlocked when its handler has ended, before the client has got everything';

for my $mode (0777, 0770, 0702) {
    chmod $mode, $open;
    is got("/own")->code, 500, sprintf 'a directory of mode %o is refused for sessions', $mode;
}
like $server->error_log, qr/\Q$open\E must be a directory of the server's user, where nobody else can write/, 'the log says why';
chmod 0700, $open;
is got('/own')->code, 200, 'until nobody else can write there';

ok !grep({ (stat)[2] & 077 } glob "$kept/mp_sess/*/* $kept/mod_python_locks-*/*"), 'nobody else can read what is kept';
my ($file) = grep { -f } glob "$kept/mp_sess/*/*";
my ($id) = $file =~ m{([^/]+)$};
chmod 0666, $file;
is got('/File', "pysid=$id")->code, 500, 'a file that others could write is not loaded';
like $server->error_log, qr/can be written by others: sessions are not read from it/, 'the log says why';

my $cookies = got('/cookies', 'spam=foo; path=blah;;eggs="a;b"; $Version=1;, bar=foo');
is $cookies->content, q({'spam': 'foo', 'path': 'blah', 'eggs': '"a;b"', 'bar': 'foo'}), 'cookies of a client';
is $cookies->header('Set-Cookie'),
    'plain=v; path=/p; secure; expires=Sun, 09-Sep-2001 01:46:40 GMT; max-age=5; httponly', 'a cookie for it';
is $cookies->header('Cache-Control'), 'no-cache="set-cookie"', 'which no cache keeps';
my $basket = cookie_of(got('/signed'));
is got('/signed', $basket)->content, "MarshalCookie {'eggs': 32}", 'a signed object';
(my $changed = $basket) =~ s/=(.)/'=' . ($1 eq 'a' ? 'b' : 'a')/e;
is got('/signed', $changed)->content, 'Cookie', 'with a wrong signature it is never loaded';
is got('/wrong')->content, 'AttributeError ValueError ValueError ValueError', 'what cookies refuse';

done_testing;
