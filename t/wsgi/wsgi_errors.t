# A mistake of an application is a 500 that the log explains; nothing of it reaches the client.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my $base = '/wsgi-wrong';

my %heads = (
    'status-type'     => qr/TypeError: the status is a str, not int/,
    'status-bytes'    => qr/TypeError: the status is a str, not bytes/,
    'status-word'     => qr/ValueError: the status is three digits, a space and a reason, as '200 OK', not 'OK'/,
    'status-100'      => qr/ValueError: 100 is no final status/,
    'status-103'      => qr/ValueError: 103 is no final status/,
    'status-000'      => qr/ValueError: 0 is no final status/,
    'status-999'      => qr/ValueError: 999 is no final status/,
    'status-crlf'     => qr/ValueError: the status has control characters/,
    'headers-tuple'   => qr/TypeError: the headers are a list of \(name, value\) tuples, not tuple/,
    'headers-dict'    => qr/not dict/,
    'headers-list'    => qr/TypeError: a header is a tuple \(name, value\), not \['X-A', 'b'\]/,
    'headers-triple'  => qr/a header is a tuple \(name, value\), not \('X-A', 'b', 'c'\)/,
    'name-type'       => qr/TypeError: the name of a header is a str, not int/,
    'name-space'      => qr/ValueError: 'X A' is no name of a header/,
    'name-empty'      => qr/'' is no name of a header/,
    'name-colon'      => qr/'X-A:' is no name of a header/,
    'value-type'      => qr/TypeError: the value of a header is a str, not int/,
    'value-bytes'     => qr/not bytes/,
    'value-wide'      => qr/ValueError: a header or status has characters outside ISO-8859-1/,
    'value-nul'       => qr/ValueError: the value of X-A has control characters/,
    'value-lf'        => qr/the value of X-A has control characters/,
    'value-cr'        => qr/the value of X-A has control characters/,
    'type-crlf'       => qr/the value of Content-Type has control characters/,
    (map { ("hop-$_" => qr/ValueError: $_ is between httpd and the client/) } qw(Connection Keep-Alive Proxy-Authenticate
        Proxy-Authorization Proxy-Connection TE Trailer Trailers Transfer-Encoding Upgrade)),
    'hop-connection'  => qr/connection is between httpd and the client/,
    'length-word'     => qr/ValueError: Content-Length is a number, not 'five'/,
    'length-negative' => qr/Content-Length is a number, not '-5'/,
    'length-huge'     => qr/Content-Length is a number, not '9{40}'/,
    'length-two'      => qr/there are two different Content-Length headers/,
);
my %results = (
    'results?none'      => qr/PYHOOK0070: .* returned NoneType: expected an iterable of bytes/,
    'results?str'       => qr/PYHOOK0070: .* returned str: expected an iterable of bytes, a list \[body\]/,
    'results?bytes'     => qr/PYHOOK0070: .* returned bytes: expected/,
    'results?int'       => qr/PYHOOK0070: .* returned int: expected an iterable of bytes/,
    'results?items-str' => qr/PYHOOK0070: .* gave a body with an item of type str: expected bytes/,
    'results?items-int' => qr/PYHOOK0070: .* item of type int/,
    'never'             => qr/PYHOOK0070: .* has not called start_response/,
    'never_generator'   => qr/PYHOOK0070: .* has not called start_response/,
    'never_empty'       => qr/PYHOOK0070: .* has not called start_response/,
    'twice'             => qr/PYHOOK0005: .*RuntimeError: start_response was called before/s,
    'bad_exc_info'      => qr/TypeError: exc_info is what sys.exc_info\(\) gives, not 'exc_info'/,
    'raises?exit'       => qr/PYHOOK0005: .*SystemExit: 1/s,
    'raises?interrupt'  => qr/PYHOOK0005: .*KeyboardInterrupt/s,
    'raises?generator'  => qr/PYHOOK0005: .*GeneratorExit/s,
    'deep'              => qr/RecursionError/,
    'write_type'        => qr/TypeError: write\(\) takes bytes, not str/,
);
my %loads = (
    'module'       => qr/PYHOOK0003: wsgi wsgi_no_such_module:app can't be imported.*ModuleNotFoundError/s,
    'name'         => qr/PYHOOK0004: .*AttributeError/s,
    'number'       => qr/PYHOOK0004: .*TypeError: expected a callable, not int/s,
    'makes-number' => qr/PYHOOK0004: wsgi wsgi_errors:returns_number\(\) .*expected a callable, not int/s,
    'fails'        => qr/LookupError: no settings/,
    'file'         => qr/PYHOOK0003: .*broken\.wsgi can't be imported.*ImportError: broken on purpose/s,
    'no-file'      => qr/PYHOOK0003: .*FileNotFoundError/s,
);
my %wrong = (
    (map { ("$base/heads?$_" => $heads{$_}) } keys %heads),
    (map { ("$base/$_"       => $results{$_}) } keys %results),
    (map { ("/wsgi-load/$_"  => $loads{$_}) } keys %loads),
);

plan tests => 3 * keys(%wrong) + 9;

for my $path (sort keys %wrong) {
    my $answer;
    my $log = error_log_since { $answer = raw_request("GET $path HTTP/1.0\r\n\r\n") } $wrong{$path};
    like $answer, qr{^HTTP/1\.1 500 }, "$path: 500";
    unlike $answer, qr/X-Evil|Traceback|not to be seen|Error:/, 'the client learns nothing of it';
    like $log, $wrong{$path}, 'the log says what was wrong';
}

my $answer = GET "$base/refuses";
is $answer->code, 403, 'HTTPError answers with its status';
is $answer->header('X-Why'), 'no', 'and its headers';
like GET_BODY('/wsgi-debug/deep'), qr/RecursionError/, 'PyHookDebug shows the client what the log holds';
is GET_BODY("$base/wrapper"), 'TypeError ValueError TypeError TypeError', 'file_wrapper refuses wrong arguments';

my $server = PyHook::Server->new(conf => 'PyHookWSGIAlias / wsgi_errors:app', children => 1)->start;
my ($child) = $server->child_pids;
is GET_BODY($server->url('/keeps')), 'kept', 'start_response and write are kept';
is GET_BODY($server->url('/uses_kept')), 'RequestEnded RequestEnded', 'and only raise after their request';
is GET_RC($server->url('/raises?exit')), 500, 'SystemExit is an error';
is join(' ', $server->child_pids), $child, 'and no end of the child';
is GET_RC($server->url('/deep')), 500, 'nor is recursion';
