# Headers: a mapping over one of httpd's tables; what it refuses, and what arrives at the client.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Ask;
use PyHook::Test;
use PyHook::Wire;

my @wire = qw(headers_in headers_out err_headers_out trailers_in trailers_out);
my @private = qw(subprocess_env notes);

# One expression, whose value is that of the last step; `t` is the table.
sub in_turn {
    my ($table, @steps) = map { s/\bt\b/req.$_[0]/gr } @_;
    my $last = pop @steps;
    return 'each(' . join(', ', @steps, "($last)") . ')';
}

my @everywhere = (
    ["t.add('One', '1')", "t.add('oNE', '2')", "t['ONE'], t.get_all('one'), 'onE' in t", q(('1', ['1', '2'], True))],
    ["t.add('One', '1')", "t.add('one', '2')", "t.__setitem__('ONE', '3')", "t.get_all('one')", q(['3'])],
    ["t.add('One', '1')", "t.add('one', '2')", "t.__delitem__('ONE')", "t.get_all('one'), 'one' in t", '([], False)'],
    ["t['none']", q(KeyError: 'none')],
    ["t.__delitem__('none')", q(KeyError: 'none')],
    ["t.get('none'), t.get('none', 5), t.get_all('none')", '(None, 5, [])'],
    ["5 in t, None in t, b'x' in t", '(False, False, False)'],
    ["t.setdefault('One', '1'), t.setdefault('one', '2')", q(('1', '1'))],
    ["t.update({'One': '1'}, two='2')", "t.update([('one', '3')])", "t['one'], t['two']", q(('3', '2'))],
    ["t.add('One', '1')", "t.pop('one'), t.pop('one', 5)", q(('1', 5))],
    ["t.pop('none')", q(KeyError: 'none')],
    ["t.clear()", "len(t), list(t), t.multi_items()", '(0, [], [])'],
    ["t.clear()", "t.add('b', '1')", "t.add('a', '2')", "t.add('B', '3')",
        "len(t), list(t), list(t.items()), list(t.values()), t.multi_items()",
        q((2, ['b', 'a'], [('b', '1'), ('a', '2')], ['1', '2'], [('b', '1'), ('a', '2'), ('B', '3')]))],
    ["t.clear()", "t.add('a', '1')", "t == {'a': '1'}, t != {'a': '1'}, dict(t), repr(t)", q((True, False, {'a': '1'}, "Headers([('a', '1')])"))],
    ["t.clear()", "t.add('a', '1')", "[t.add('b', '2') for name in t]", "list(t)", q(['a', 'b'])],
    ["t.clear()", "t.add('a', '1')", "t.popitem(), len(t)", q((('a', '1'), 0))],
    ["t.popitem() and t.clear() or t.popitem()", qr/^KeyError/],
    ["isinstance(t, __import__('collections.abc').abc.MutableMapping)", 'True'],
    ["t.__setitem__('X', 'caf\\xe9 \\udcff')", "t['X']", q('caf\xe9 \udcff')],
    ["[error(t.__setitem__, *wrong) for wrong in ((5, 'x'), (b'x', 'x'), (None, 'x'), ('x', 5), ('x', b'x'), ('x', None))]",
        "[" . join(', ', ("'TypeError'") x 6) . "]"],
    ["[error(act, *wrong) for act in (t.add, t.setdefault) for wrong in ((5, 'x'), ('x', 5), ('x', None))]",
        "[" . join(', ', ("'TypeError'") x 6) . "]"],
    ["[error(act, 5) for act in (t.__getitem__, t.get_all, t.__delitem__, t.pop)]", "[" . join(', ', ("'TypeError'") x 4) . "]"],
    ["error(t.update, {'x': 5}), error(t.update, 5), error(t.add, 'x'), error(t.add)", q(('TypeError', 'TypeError', 'TypeError', 'TypeError'))],
    ["{error(req.headers_out.__setitem__, 'X-N', 'a' * n + bad + 'b' * m) for n in range(20) for m in range(20) for bad in chr(13) + chr(10)}", "{'ValueError'}"],
    ["{error(req.headers_out.__setitem__, 'X-N', 'a' * n + chr(9) + 'b' * m) for n in range(20) for m in range(20)}, len(req.headers_out.pop('X-N'))", '({None}, 39)'],
    ["[error(act, *wrong) for act in (t.__setitem__, t.add, t.setdefault) for wrong in (('n\\0', 'x'), ('n', 'a\\0b'))]",
        "[" . join(', ', ("'ValueError'") x 6) . "]"],
    ["error(t.update, {'x': '\\0'}), error(t.update, x='\\0'), error(t.update, [('\\0', 'x')])", q(('ValueError', 'ValueError', 'ValueError'))],
    ["type(t)()", qr/^TypeError: cannot create/],
);

# A table that is sent is checked at each way to set it; a refusal changes nothing.
my @checked = (
    (map { my $how = $_;
        ["[error($how, 'X-Bad', value) for value in ('a\\rb', 'a\\nb', 'a\\r\\nb', '\\n', 'a\\r\\n b', '\\0')], 'X-Bad' in t",
            "([" . join(', ', ("'ValueError'") x 6) . "], False)"],
        ["[error($how, name, 'x') for name in ('', 'a b', 'a:', 'a\\n', 'a\\r', '\\0', 'caf\\xe9', 'a(b', '\\udcff')]",
            "[" . join(', ', ("'ValueError'") x 9) . "]"] }
        qw(t.__setitem__ t.add t.setdefault)),
    ["error(t.update, {'X-Bad': 'a\\nb'}), error(t.update, bad='a\\rb'), error(t.update, [('a b', '1')]), 'X-Bad' in t",
        q(('ValueError', 'ValueError', 'ValueError', False))],
);

# Notes and the environment belong to other modules, whose values may have several lines.
my @unchecked = (["t.__setitem__('a b', 'x\\r\\ny')", "t['a b']", q('x\r\ny')]);

# httpd alone says where the body ends.
my @framing = (
    (map { my $table = $_;
        [$table, "[error(how, 'Transfer-Encoding', 'chunked') for how in (t.__setitem__, t.add, t.setdefault)], 'Transfer-Encoding' in t",
            "(['ValueError', 'ValueError', 'ValueError'], False)"] } qw(headers_out err_headers_out trailers_out)),
    (map { [$_, "[error(how, 'content-length', '5') for how in (t.__setitem__, t.add, t.setdefault)], 'Content-Length' in t",
        "(['ValueError', 'ValueError', 'ValueError'], False)"] } qw(err_headers_out trailers_out)),
    ['headers_out', "[error(t.__setitem__, 'Content-Length', wrong) for wrong in ('+5', '5, 5', '', '-1', '5 ', 'five', '9' * 30)], 'Content-Length' in t",
        "([" . join(', ', ("'ValueError'") x 7) . "], False)"],
    ['headers_out', "t.add('Content-Length', '5')", "error(t.add, 'content-length', '50'), t.get_all('Content-Length'), t.pop('Content-Length')",
        "('ValueError', ['5'], '5')"],
    ['headers_in', "t.__setitem__('Transfer-Encoding', 'chunked')", "t.pop('Transfer-Encoding')", "'chunked'"],
);

my @rows = (@framing, (map { my $table = $_; map { [$table, @$_] } @everywhere } @wire, @private),
    (map { my $table = $_; map { [$table, @$_] } @checked } @wire),
    (map { my $table = $_; map { [$table, @$_] } @unchecked } @private));

plan tests => @rows + 21 + 4;

for my $row (@rows) {
    my ($table, @steps) = @$row;
    my $expected = pop @steps;
    answers('/types/tables', [in_turn($table, @steps), $expected]);
}

my $answer = raw_request("GET /types/raw HTTP/1.0\r\nX-Raw: a\xff\xe9b\r\n\r\n");
like $answer, qr/^X-Back: a\xff\xe9b\r$/m, 'bytes that are no UTF-8 go through a header';
like $answer, qr{^Content-Type: text/a\xff\xe9b\r$}m, 'and through the content type';
like $answer, qr/\r\n\r\n'a\\udcff\\udce9b'$/, 'Python sees them escaped';

for my $case (['200', 1], ['404', 0], ['302', 0], ['raise', 0]) {
    my ($what, $success) = @$case;
    my $response = GET "/types/kept?$what", redirect_ok => 0;
    is $response->header('X-Success'), $success ? 1 : undef, "$what: headers_out are for success";
    is $response->header('X-Always'), 1, "$what: err_headers_out are always sent";
    is join(' ', $response->header('Set-Cookie')), 'a=1 b=2', "$what: a repeated header too";
}

is GET_BODY('/types/environment?q=1', 'X-One' => 'uno') =~ s/\n/ /gr,
    'STAGE=first REQUEST_METHOD=GET QUERY_STRING=q=1 SERVER_PROTOCOL=HTTP/1.1 GATEWAY_INTERFACE=CGI/1.1 '
    . 'SCRIPT_NAME=/types/environment REMOTE_ADDR=127.0.0.1 HTTP_X_ONE=uno SERVER_NAME=127.0.0.1', 'the environment of a CGI';
my $logged = error_log_since { GET '/types/environment' } qr/environment: /;
like $logged, qr/environment: first/, 'it is there until the log';

my $refused;
my $log = error_log_since { $refused = GET '/types/refused' } qr/PYHOOK0005/;
is $refused->code . ($refused->header('X-Evil') // ''), 500, 'an HTTPError carries no second header';
like $log, qr/PYHOOK0005: handler header_tables:refused raised.*ValueError: a header's value can't contain CR, LF or NUL/s, 'the log says so';

$refused = GET '/types/framed';
is $refused->code, 500, 'nor a second length';
is join(' ', $refused->header('Content-Length')), length $refused->content, 'beside that of the page of the error';

# A request in the body of another one is never answered, whatever a handler makes of the fields that say where the body ends.
my $inner = "GET /types/reframed?inner HTTP/1.1\r\nHost: x\r\n\r\n";
for my $way ('', qw(shortened lengthened without)) {
    my ($responses, $rest) = exchange(Apache::Test::vars('port'), ['POST', "/types/reframed?$way", \"x$inner"], ['GET', '/types/reframed?next']);
    is join(' ', map({ $_->{body} } @$responses), $rest), $way ? "$way " : 'as it came next ', "a body that is left, $way";
}
