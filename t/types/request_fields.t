# Every field of a request has the value that httpd's documentation promises; a writable one takes what it should.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Ask;
use PyHook::Test;

my $root = Apache::Test::vars('documentroot');
my $path = '/types/page.txt/more%20path?a=1&b=%20';
my $port = Apache::Test::vars('port');

my @page = (
    ['req.the_request',  qq('GET $path HTTP/1.1')],
    ['req.method',       q('GET')],
    ['req.method',       q('PUT'), method => 'PUT'],
    ['req.unparsed_uri', qq('$path')],
    ['req.uri',          q('/types/page.txt/more path')],
    ['req.args',         q('a=1&b=%20')],
    ['req.path_info',    q('/more path')],
    ['req.protocol, req.proto_num', q(('HTTP/1.1', 1001))],
    ['req.hostname',     q('www.example'), Host => 'www.example:80'],
    ['req.header_only',  'False'],
    ['req.range',        'None'],
    ['req.range',        q('bytes=0-999'), Range => 'bytes=0-999'],
    ['req.filename',     qq('$root/types/page.txt')],
    ['req.canonical_filename', qq('$root/types/page.txt')],
    ['req.file_type, req.file_size', q(('file', 12))],
    ['req.document_root', qq('$root')],
    ['req.context_prefix, req.context_document_root', qq(('', '$root'))],
    ['req.handler',      q('pyhook')],
    ['req.proxyreq',     '0'],
    ['req.user, req.auth_type, req.auth_name, req.some_auth_required', '(None, None, None, False)'],
    ['req.basic_auth_user, req.basic_auth_password', '(None, None)'],
    ['req.basic_auth_user, req.basic_auth_password', q(('ada', 's:3cret')), Authorization => 'Basic YWRhOnM6M2NyZXQ='],
    ['req.basic_auth_user, req.basic_auth_password, req.user', q(('ada', '', None)), Authorization => 'Basic YWRhOg=='],
    ['req.basic_auth_user, req.basic_auth_password', '(None, None)', Authorization => 'Bearer YWRhOnM6M2NyZXQ='],
    (map { ['req.basic_auth_user, req.basic_auth_password', '(None, None)', Authorization => $_] }
        'Basic', 'Basic ', 'Basic ????', 'Basic YWRh', 'Basic  ', 'basicYWRhOnM='),
    ['req.basic_auth_user, req.basic_auth_password', q(('ada', 's')), Authorization => 'bAsIc   YWRhOnM='],
    ['req.useragent_ip, req.useragent_port == conn.client_port', q(('127.0.0.1', True))],
    ['req.remote_host',  'None'],
    ['req.status, req.status_line', '(200, None)'],
    ['req.content_type, req.content_encoding, req.content_languages', q(('text/plain', None, []))],
    ['req.mtime, req.no_cache, req.no_local_copy', '(0.0, False, False)'],
    ['req.bytes_sent',   '0'],
    ['req.ended',        'False'],
    ['0 <= time.time() - req.request_time < 60', 'True'],
    ['len(req.log_id) > 5, req.log_id == req.expr_string("%{REQUEST_LOG_ID}")', '(True, True)'],
    ['req.phase, req.interpreter', q(('handler', 'main'))],
    ['req.is_initial, req.is_https', '(True, False)'],
    ['req.server_name, req.port', qq(('127.0.0.1', $port))],
    ['req.limit_request_body', '1000'],
    ['req.main, req.prev, req.next', '(None, None, None)'],
    ['type(req.connection).__name__, req.connection is req.connection', q(('Connection', True))],
    ['req.server == pyhook.main_server()', 'True'],
    ['req.headers_in["x-one"]', q('1'), 'X-One' => 1],
    ['req.headers_out, req.err_headers_out, req.trailers_in, req.trailers_out',
        '(Headers([]), Headers([]), Headers([]), Headers([]))'],
    ['req.subprocess_env.get("PATH_INFO")', 'None'],
    ['put(req.subprocess_env, "x", 1)', qr/^AttributeError/],
    ['req.notes.get("none"), req.notes is req.notes', '(None, True)'],
    ['req.options["colour"], req.options.get("none")', q(('blue', None))],
    ['type(req.options).__name__', q('mappingproxy')],
    ['req.state, req.state is req.state', '(namespace(), True)'],
    ['each(setattr(req.state, "x", [1]), req.state.x)', '[1]'],
    ['repr(req)', q('<Request GET /types/page.txt/more path>')],
    ['pyhook.current_request() is req', 'True'],
    ['type(req)()', qr/^TypeError: cannot create '_pyhook\.Request' instances/],
);

my @elsewhere = (
    ['/types/fields',   'req.file_type, req.file_size, req.path_info, req.args', q(('none', 0, '', None))],
    ['/types/fields/%ff%fe?%ff', 'req.uri, req.args, req.unparsed_uri', q(('/types/fields/\udcff\udcfe', '%ff', '/types/fields/%ff%fe?%ff'))],
    ['/types/fields',   'req.basic_auth_user', q('\udcff'), Authorization => 'Basic /zp4'],
    ['/types/guarded',  'req.user, req.auth_type, req.auth_name, req.some_auth_required', q(('ada', 'Basic', 'the club', True))],
    ['/types/aliased/', 'req.context_prefix, req.context_document_root, req.file_type', qq(('/types/aliased', '$root/types', 'dir'))],
);

# A field that was set has that value; useless values and wrong types are refused.
my %texts = map { $_ => 1 } qw(uri args path_info filename handler user auth_type status_line content_type content_encoding);
my @settings = (
    (map { [qq(put(req, "$_", "some \\udcff text")), q('some \udcff text')] } sort keys %texts),
    (map { [qq(put(req, "$_", None)), /^(uri|filename)$/ ? 'TypeError: this attribute always has a value'
            : $_ eq 'handler' ? qr/^ValueError: the handler is running/ : 'None'] } sort keys %texts),
    (map { [qq([error(put, req, "$_", wrong) for wrong in (5, b"x", [], 1.5)]),
            q(['TypeError', 'TypeError', 'TypeError', 'TypeError'])] } sort keys %texts),
    (map { [qq([error(put, req, "$_", wrong) for wrong in ("a\\0b", "\\0")]), q(['ValueError', 'ValueError'])] } sort keys %texts),
    (map { [qq([error(put, req, "$_", wrong) for wrong in ("a\\rb", "a\\nb", "a\\r\\nb", "\\n")]),
            q(['ValueError', 'ValueError', 'ValueError', 'ValueError'])] } qw(args status_line content_type content_encoding)),
    ['put(req, "proxyreq", 2)', '2'],
    ['[error(put, req, "proxyreq", wrong) for wrong in (None, "1", 1.5, 2**40)]', q(['TypeError', 'TypeError', 'TypeError', 'OverflowError'])],
    ['put(req, "status", 404), req.status_line', '(404, None)'],
    ['each(put(req, "status_line", "200 Fine"), put(req, "status", 201), req.status_line)', 'None'],
    ['[error(put, req, "status", wrong) for wrong in (199, 600, -1, 0, 2**70)]',
        q(['ValueError', 'ValueError', 'ValueError', 'ValueError', 'OverflowError'])],
    ['[error(put, req, "status", wrong) for wrong in (None, "404", 404.0)]', q(['TypeError', 'TypeError', 'TypeError'])],
    ['put(req, "content_languages", ["en", "fi"])', q(['en', 'fi'])],
    ['put(req, "content_languages", ("sv",))', q(['sv'])],
    ['[error(put, req, "content_languages", wrong) for wrong in (None, 5, "en", [5], [None])]',
        q(['TypeError', 'TypeError', 'TypeError', 'TypeError', 'TypeError'])],
    ['[error(put, req, "content_languages", [wrong]) for wrong in ("a\rb", "a\nb", "a\0b")]', q(['ValueError', 'ValueError', 'ValueError'])],
    ['put(req, "mtime", 1700000000.25)', '1700000000.25'],
    ['put(req, "mtime", 5)', '5.0'],
    ['[error(put, req, "mtime", wrong) for wrong in (1e300, float("nan"), float("inf"))]', q(['ValueError', 'ValueError', 'ValueError'])],
    ['[error(put, req, "mtime", wrong) for wrong in (None, "5", b"5")]', q(['TypeError', 'TypeError', 'TypeError'])],
    (map { [qq(put(req, "$_", True)), 'True'],
           [qq([error(put, req, "$_", wrong) for wrong in (None, "no", 1)]), q(['TypeError', 'TypeError', 'TypeError'])] }
        qw(no_cache no_local_copy)),
    ['[name for name in dir(req) if not name.startswith("_") and error(delattr, req, name) != "AttributeError"]', '[]'],
    ['sorted(name for name in dir(req) if not name.startswith("_") and error(setattr, req, name, object()) == "TypeError")',
        q(['args', 'auth_type', 'content_encoding', 'content_languages', 'content_type', 'filename', 'handler', 'mtime', )
      . q('no_cache', 'no_local_copy', 'path_info', 'proxyreq', 'status', 'status_line', 'uri', 'user'])],
    ['req.no_such_field', qr/^AttributeError/],
    ['put(req, "of_my_own", 1)', qr/^AttributeError/],
);

plan tests => @page + @elsewhere + @settings + 4;

answers($path, @page);
answers(shift @$_, $_) for @elsewhere;
answers('/types/fields', @settings);

Apache::TestRequest::module('proxied');
answers('/x', ['req.useragent_ip, conn.client_ip, req.server_name, req.hostname',
    q(('192.0.2.9', '127.0.0.1', 'proxied.example', 'other.example')),
    'X-Forwarded-For' => '192.0.2.9', Host => 'other.example']);
Apache::TestRequest::module('default');

sub is_told {
    my ($request, $expected, $what) = @_;
    my $log = error_log_since { $request->() } qr/final: /;
    like $log, qr/final: $expected/, $what;
}
is_told(sub { GET '/types/final' }, qr/GET 200 1234 log_transaction False None/, 'bytes_sent is known in the end');
is_told(sub { HEAD '/types/final' }, qr/HEAD 200 0 log_transaction True None/, 'a HEAD has no body');
is_told(sub { GET '/types/final', Range => 'bytes=0-9' }, qr/GET 206 10 log_transaction False bytes=0-9/, 'nor has a range all of it');
