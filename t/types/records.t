# The other records: servers with their settings, connections, and the log of each.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Ask;
use PyHook::Test;
use Time::HiRes qw(sleep time);

my $logs = Apache::Test::vars('t_logs');
my $port = Apache::Test::vars('port');
my @levels = qw(emerg alert crit error warn notice info debug trace1 trace2 trace3 trace4 trace5 trace6 trace7 trace8);

my @server = (
    ['server.hostname, server.scheme, server.port', q(('records.example', 'https', 8443))],
    ['server.admin, server.path, server.is_virtual', q(('admin@records.example', '/served', True))],
    ['server.names, server.wild_names', q((['one.records.example'], ['*.wild.example']))],
    ['server.error_log', qq('$logs/records_log')],
    ['server.log_level', q('debug')],
    ['server.timeout, server.keep_alive, server.keep_alive_timeout, server.keep_alive_max', '(77.0, True, 7.0, 70)'],
    ['server.limit_req_line, server.limit_req_fieldsize, server.limit_req_fields', '(4000, 5000, 50)'],
    ['server.defn_name[-5:], server.defn_line_number > 1', q(('.conf', True))],
    ['dict(server.options)["of"], dict(req.options)["of"]', q(('server', 'location'))],
    ['server == req.server, server != req.server, hash(server) == hash(req.server), server == 5', '(True, False, True, False)'],
    ['server == pyhook.main_server(), repr(server)', q((False, '<Server records.example:8443>'))],
    ['conn.server == server, conn.server == pyhook.main_server()', '(True, False)'],
    ['[name for name in dir(server) if not name.startswith("_") and error(setattr, server, name, 5) != "AttributeError"]', '[]'],
    ['error(type(server)), error(type(conn)), error(type(req))', q(('TypeError', 'TypeError', 'TypeError'))],
    ['[error(put, server.options, "x", 1), error(server.log), error(server.log, 5), error(server.log, "x", "loud"), error(server.log, "x", 5)]',
        q(['AttributeError', 'TypeError', 'TypeError', 'ValueError', 'TypeError'])],
);

my @main = (
    ['server == pyhook.main_server(), server.is_virtual, server.names, server.wild_names', '(True, False, [], [])'],
    ['server.hostname, server.path, server.log_level', q(('127.0.0.1', '', 'info'))],
    ['server.error_log', qq('$logs/error_log')],
    ['servers()[0] == server, servers()[1] == server.next, "records.example" in [s.hostname for s in servers()]', '(True, True, True)'],
);

my @connection = (
    ['conn.client_ip, conn.local_ip, conn.local_port', qq(('127.0.0.1', '127.0.0.1', $port))],
    ['0 < conn.client_port < 65536, type(conn.id).__name__', q((True, 'int'))],
    ['conn.remote_host, conn.aborted, conn.ended, conn.master, conn.is_https', '(None, False, False, None, False)'],
    ['conn.keepalives, conn.keepalive in ("unknown", "close", "keepalive")', '(0, True)'],
    ['conn.log_id is None or len(conn.log_id) > 5', 'True'],
    ['conn is req.connection, conn.notes is conn.notes, conn.state is conn.state', '(True, True, True)'],
    ['each(conn.notes.update(a="1"), conn.notes.add("A", "2"), conn.notes.get_all("a"))', q(['1', '2'])],
    ['[put(conn, "keepalive", name) for name in ("unknown", "keepalive", "close")]', q(['unknown', 'keepalive', 'close'])],
    ['[error(put, conn, "keepalive", wrong) for wrong in ("open", "", "Close", 5, None)]', q(['ValueError', 'ValueError', 'ValueError', 'TypeError', 'TypeError'])],
    ['conn.ssl_var("SSL_PROTOCOL")', 'None'],
    ['[error(act, 5) for act in (conn.recv, conn.read, conn.readline)] + [error(conn.write, b"x"), error(conn.flush)]',
        '[' . join(', ', ("'RuntimeError'") x 5) . ']'],
    ['[error(act, "5") for act in (conn.recv, conn.read, conn.readline)]', q(['TypeError', 'TypeError', 'TypeError'])],
    ['error(conn.log, 5), error(conn.log, "x", "loud"), error(conn.log)', q(('TypeError', 'ValueError', 'TypeError'))],
    ['[name for name in dir(conn) if not name.startswith("_") and error(setattr, conn, name, 5) != "AttributeError"]', q(['keepalive'])],
);
my @functions = (
    ['pyhook.mpm_name() in ("event", "prefork", "worker"), pyhook.interpreter_name()', q((True, 'main'))],
    ['pyhook.mpm_query(5) > 0, error(pyhook.mpm_query, 999), error(pyhook.mpm_query, "x")', q((True, 'ValueError', 'TypeError'))],
    ['pyhook.exists_define("APACHE2"), pyhook.exists_define("NO_SUCH_THING"), error(pyhook.exists_define, 5)', q((True, False, 'TypeError'))],
    ['pyhook.server_description().startswith("Apache"), __import__("os").path.isdir(pyhook.server_root()), pyhook.is_stopping()', '(True, True, False)'],
    ['[pyhook.is_logged(level) for level in ("emerg", "info", "debug", "trace8")], error(pyhook.is_logged, "loud")', q(([True, True, False, False], 'ValueError'))],
    ['error(pyhook.log, 5), error(pyhook.log, "x", "loud"), error(pyhook.log)', q(('TypeError', 'ValueError', 'TypeError'))],
);

plan tests => @server + @main + @connection + @functions + 9;

answers('/types/records', @main, @connection, @functions);
my $kept_alive = raw_request("GET /types/records HTTP/1.1\r\nHost: a\r\nAsk: conn.keepalives\r\n\r\n" x 2
    . "GET /types/records HTTP/1.0\r\nAsk: conn.keepalives\r\n\r\n");
is join(' ', $kept_alive =~ /\r\n\r\n(\d)/g), '0 1 2', 'requests on a connection are counted';

sub text_of { open my $file, '<', "$logs/$_[0]" or return ''; local $/; return <$file> // '' }
sub text_until { my ($name, $pattern) = @_; my $deadline = time + 60; sleep 0.02 until text_of($name) =~ $pattern || time > $deadline; return text_of($name) }

# The entries that each record and the module write at each level.
my $say = sub { "[act('level ' + level + ' of ' + name, level) for name, act in (('req', req.log), ('conn', conn.log), ('server', server.log),"
    . " ('pyhook', pyhook.log)) for level in ('" . join("', '", @levels) . "')] and server.log('the end', 'emerg')" };

Apache::TestRequest::module('records');
answers('/', @server);
ask('/', $say->());
my $log = text_until('records_log', qr/the end/);
is join(' ', $log =~ /\[pyhook:(\w+)\].* level \w+ of $_$/mg), join(' ', @levels[0 .. 7]), "$_: the host's level holds" for qw(req server pyhook);
is join(' ', text_of('records_log') =~ /\[pyhook:(\w+)\].* level \w+ of conn$/mg), join(' ', @levels[0 .. 7]), "conn: its server's level holds";
ask('/', 'req.log("default"), req.log("two\nlines, \x1b and {} %s"), server.log("the next end", "emerg")');
$log = text_until('records_log', qr/the next end/);
like $log, qr/\[pyhook:info\] .*default\n/, 'the default is info';
like $log, qr/\[pyhook:info\] [^\n]* two\n[^\n]*\[pyhook:info\] [^\n]* lines, \\x1b and \{\} %s\n/, 'a record for each line, and no control character';

Apache::TestRequest::module('quiet');
answers('/', ['server.keep_alive, server.log_level, pyhook.is_logged("error"), pyhook.is_logged("crit")', q((False, 'crit', False, True))]);
ask('/', $say->());
like join(' ', text_until('quiet_log', qr/the end/) =~ /\[pyhook:(\w+)\].* of req$/mg), qr/^emerg alert crit notice$/, 'another host has its own, and notices';
