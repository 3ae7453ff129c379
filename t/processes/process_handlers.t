# The same content handlers in httpd's child and in worker processes: the same requests have the same answers.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY GET_RC);
use PyHook::Ask;
use PyHook::Config qw(mpm);
use PyHook::Test;

my $upload_file = Apache::Test::vars('t_logs') . '/process_handlers_upload';
replace_file($upload_file, join '', map { "line $_\n" } 1 .. 60_000);
my @upload = ('--data-binary', "\@$upload_file");

my @same = (
    (map { ["do?$_"] } qw(write write_and_flush wrong_writes counted files own_status line_alone described older no_such_name)),
    (map { ["do?$_", '-I'] } qw(write counted own_status)),
    (map { my $way = $_; map { ["status/$way?$_"] } qw(200 201 204 304 404 450 599 600 103) } qw(returned raised set set-and-returned)),
    (map { ['answers', '-H', "X-Do: handler=$_"] } qw(none declined ok done status enum true false object number huge minus interim float list
        text raise exit interrupt memory recursion generator error badheader allowing declining)),
    (map { ["raises?$_"] } qw(text bytes empty large typed moved internal methods methods-and-body surrogate split)),
    (map { [$_, @upload], [$_, '-H', 'Transfer-Encoding: chunked', @upload], [$_, '-H', 'Expect: 100-continue', @upload], [$_, '--data-binary', ''] }
        qw(body/tell body/tell?discard body/limited body/limited?discard body/echo body/discard body/flushed body/unread)),
    (map { ["own?$_"] } qw(text=0 text=10 text=50000 text=500000 whole=100000 whole=5000000 pieces=0 pieces=1 pieces=20 long short silent marks late many_files
        written_and_failed written_and_returned response thread inject)),
    (map { ["own?$_", '-I'] } qw(text=10 text=500000 whole=5000000 pieces=20 response)),
    (map { [$_, @upload] } qw(own?awaited own?in_pieces own?refused own?fails)),
    (map { ["own?$_"] } qw(awaited streamed=0 streamed=1 in_pieces refused fails)),
    ['instance'],
    (map { ["declines$_", @upload] } '', '?read', '?much'),
);
# mod_http2 may reset the stream before curl has the answer, if it is too short or nobody reads the request's body.
my @read = grep { $_->[0] !~ /limited|unread|refused|fails|declines|short/ } @same;
my @cases = ((map { ['--http1.1', @$_] } @same), mpm() eq 'prefork' ? () : map { ['--http2-prior-knowledge', @$_] } @read);
my $lines = "one\ntwo\r\n\nlast";
my @asked = (
    'req.read(0), req.read(1), req.read(4), req.read(100), req.read(1), req.read(0)',
    '[req.readline() for _ in range(6)]', 'req.readline(2), req.readline(0), req.readline(-1), req.readline(size=100)',
    'req.readlines(), req.readlines()', 'req.readlines(1), req.readlines(hint=5), req.readlines(0)', 'list(req)',
    'iter(req) is req, next(req), req.read(3), list(req), next(req, 5)', 'req.read(2), req.discard_request_body(), req.read(1)',
    (map { "req.$_" } qw(method args path_info protocol proto_num hostname header_only range file_type file_size document_root
        context_prefix context_document_root handler proxyreq user auth_type auth_name basic_auth_user basic_auth_password useragent_ip
        remote_host status status_line content_type content_encoding content_languages mtime no_cache no_local_copy bytes_sent ended phase
        is_initial is_https server_name port limit_request_body main prev next traceparent path_below)),
    'dict(req.options)', 'req.headers_in.get_all("X-Two")', 'sorted(req.headers_in)', 'req.subprocess_env["FROM_HTTPD"]',
    'sorted(req.headers_out)', 'type(req).__name__, type(req.headers_in).__name__', 'isinstance(req, pyhook.Request)',
    'req.construct_url("/a b")', 'error(setattr, req, "method", "PUT")', 'error(setattr, req, "nothing", 1)', 'put(req, "status", 202)',
    'error(setattr, req, "status", 103)', 'error(setattr, req, "user", 3)', 'put(req, "user", None)', 'put(req.state, "mine", 1)',
    'error(req.log, "x", "loud")', 'pyhook.current_request() is req', 'pyhook.environ(req)["REQUEST_METHOD"]',
);
my %absent = map { $_ => 1 } qw(internal_redirect lookup_uri lookup_file run destroy add_input_filter add_output_filter send_interim_response
    custom_response allow_methods expr expr_string ssl_var);
my @wrong = ('30=user', '30=user|1', '30=uri|1|/x|', '30=status|1|99|', '30=status|1|x|', '30=headers_out|2|X-A|a%0D%0AX-B: b|',
    '30=headers_out|2|X A|a|', '30=headers_out|2|Transfer-Encoding|chunked|', '30=headers_out|3|Content-Length|1|2|',
    '30=err_headers_out|2|Content-Length|1|', '30=trailers_out|2|Content-Length|1|', '30=headers_in|2|a|b|', '30=notes|2|pyhook:alias|x|', '30=notes|2|PyHook:alias|x|',
    '30=notes|2|mod_session_cookiesid|x|', '30=notes|2|AP-mime-exceptions-list|x|', '30=notes|2|from_httpd|x|', '30=notes|1|from_httpd|',
    '30=subprocess_env|2|LD_PRELOAD|x|',
    '30=content_type|1|a%0Ab|', '30=user|99999999999999999999|x|', '30=user|-1|x|', '30=headers_out|0|', '31=200|text/plain|x', '31=403|a%0Ab|x', '31=403',
    '32=', '32=abc', '32=zzzz', '32=zzzzz', '17=200 OK|', '22=', '19=12345678901234567', '99=');
plan tests => 2 * @cases + @asked + keys(%absent) + 2 * @wrong + 42;

sub slurp { open my $file, '<', $_[0] or return ''; local $/; <$file> }
sub url { sprintf 'http://127.0.0.1:%s/%s', Apache::Test::config()->port('process_handlers'), $_[0] }

sub answer {
    my ($where, $protocol, $path, @how) = @_;
    my ($status, $answer) = curl('-si', $protocol, @how, url("$where/$path"));
    $answer =~ s/^(?:Date|ETag|Expires): .*\r\n//mgi;
    $answer =~ s/^(?:Content-Length|Transfer-Encoding): .*\r\n//mgi if $path =~ /=1$/; # of a single piece, in the child
    $answer =~ s{/$where/}{/PLACE/}g;
    $answer =~ s/(id in the server's log: )\S+</$1</;
    $answer =~ s/\r\n\r\n.*Traceback.*//s;
    return ($status, $answer);
}

for my $case (@cases) {
    my (undef, $path) = @$case;
    my ($here_status, $here) = answer('here', @$case);
    my ($there_status, $there) = answer('there', @$case);
    my $what = join ' ', grep { !m{/} || $_ eq $path } @$case;
    is $there_status, $here_status, "$what: curl's status";
    ok $there eq $here, "$what: the same answer" or diag substr($there, 0, 600), "\n instead of \n", substr($here, 0, 600);
}
my @how = (method => 'POST', body => $lines, 'X-Two' => 1, Range => 'bytes=0-', Authorization => 'Basic YWRhOnNlY3JldA==');
for my $question (@asked) {
    my ($here, $there) = map { ask("/$_/ask", $question, @how)->content } 'here', 'there';
    is $there =~ s{/there}{/here}gr, $here, $question;
}
for my $name (sort keys %absent) {
    is ask('/there/ask', "req.$name('x')")->content, "RuntimeError: req.$name() works only in httpd's children, and this handler runs in the "
        . "processes 'handlers': write PyHookRunIn main at its place", "$name is refused";
}

# The access log has what a handler sets.
my $log = Apache::Test::vars('t_logs') . '/process_handlers_log';
my @logged;
GET_BODY('/there/own?marks');
until_true { @logged = grep { m{^/there/own 200 ada noted 1$} } split /\n/, slurp($log) };
ok @logged > 0, 'user, notes and variables reach the access log';
GET_BODY('/there/own?late');
until_true { @logged = grep { m{^/there/own 200 - late -$} } split /\n/, slurp($log) };
ok @logged > 0, 'also what is set after a part of the body';

is GET_BODY('/there/own?keep'), '', 'a handler keeps its request';
my $kept;
until_true { ($kept = GET_BODY('/there/own?keep')) =~ /ended/ };
like $kept, qr/^(?:ended ){4}True \['cleaned'/, '… which has ended then, and its cleanups have run';

my $entries = error_log_since { GET_BODY('/there/own?logs') } qr/printed/;
like $entries, qr/\[pyhook:warn\] .*\[client .*said at warn/, 'req.log';
like $entries, qr/\[pyhook:error\] .*\[client .*said with pyhook\.log/, 'pyhook.log';
like $entries, qr/\[pyhook:notice\] .*printed/, 'print';
like $entries, qr/\[pyhook:warn\] .*\[client .*process_handlers: warned of nothing/, 'logging';
like GET_BODY('/there/own?at_once'), qr/\A(?:this would block the event loop: write await req\.\w+\(.*\)\n?){3}\z/, 'a coroutine can\'t block the loop';
like +(error_log_since { GET_BODY('/there/own?at_once') } qr/printed in/), qr/\[pyhook:notice\] .*\[client .*printed in a coroutine/, 'what it prints names its request';
like +(error_log_since { GET_RC('/there/own?fails') } qr/LookupError/), qr/PYHOOK0005: handler process_handlers:own raised .*\n(?:.*\n)*.*LookupError: in a coroutine/,
    'its exception';
like +(error_log_since { GET('/there/answers', 'X-Do' => 'handler=list') } qr/PYHOOK0006/),     qr/PYHOOK0006: handler answers:act returned \[\] of type list: expected None, OK, DECLINED, DONE, an HTTP status.*; for JSON return json\.dumps/, 'a wrong result, with its cure';
like +(error_log_since { GET('/there/answers', 'X-Do' => 'handler=raise') } qr/ValueError/),     qr/PYHOOK0005: handler answers:act raised \(request .*\n.*\| Traceback (?:.*\n)*.*\| ValueError: as asked/, 'an exception';
like +(error_log_since { curl('-s', url('there/own?broken')) } qr/PYHOOK0007/), qr/PYHOOK0007: handler process_handlers:own failed after the response had begun/,
    'an exception in the middle';
my ($broken) = curl('-s', url('there/own?broken'));
isnt $broken, 0, '… which the client sees';
my ($short) = curl('-s', url('there/own?short'));
isnt $short, 0, 'and a body that is too short';
is ask('/there/ask', 'req.interpreter')->content, "'handlers'", 'req.interpreter is the name of the processes';
like ask('/there/ask', 'req.headers_in.update(a="b")')->content, qr/^RuntimeError: changing what the client has sent works only in/, 'what the client sent stays';
like ask('/there/ask', 'req.subprocess_env.update(LD_PRELOAD="b")')->content, qr/^ValueError: a process can't set 'LD_PRELOAD'/, 'few variables go to httpd';
like ask('/there/ask', 'put(req, "uri", "/x")')->content, qr/^AttributeError: uri is read-only/, 'nor the URI';
like ask('/there/ask', 'req.connection')->content, qr/^RuntimeError: req\.connection works only in httpd's children/, 'nor a connection';
like ask('/there/ask', 'pyhook.shared["a"]')->content, qr/^RuntimeError: the shared dictionary 'a' is there only in httpd's children/, 'nor shared dictionaries';
like ask('/there/ask', 'pyhook.hook("fixups")(print)')->content, qr/^RuntimeError: httpd's children call hooks/, 'nor hooks';
like ask('/there/ask', 'pyhook.every(seconds=5)(print)')->content, qr/^RuntimeError: httpd's children call hooks, tasks/, 'nor tasks';
is ask('/there/ask', 'each(req.add_cgi_vars(), req.add_common_vars(), req.subprocess_env["REQUEST_METHOD"])')->content, "'GET'", 'variables of CGI can be made';
is GET_RC('/here/own?text=1'), 200, 'the child goes on';

# Notes of which httpd's modules keep data, and not text, do not go to a process.
my $of_mime = 'ap-mime-exceptions-list';
is ask('/here.html', qq{req.expr("-n note('$of_mime')")})->content, 'True', 'mod_mime has a note';
is ask('/here.html', qq{req.notes.get("$of_mime"), "$of_mime" in req.notes, req.notes.get_all("$of_mime"), len(req.notes) == len(list(req.notes))})->content,
    '(None, False, [], True)', '… which nobody reads as text';
is ask('/here.html', '[name for names in (req.notes, dict(req.notes.multi_items())) for name in names if name.startswith(("ap-", "pyhook:"))]')->content, '[]', '… or finds';
like ask('/here.html', "req.notes.$_('AP-mime-exceptions-list', 'x')")->content, qr/^ValueError: the note 'AP-mime-exceptions-list' is a module's own/, "… or makes with $_"
    for qw(add __setitem__);
is ask('/here.html', 'req.notes.update({"proxy-nocanon": "1"}), req.notes["proxy-nocanon"]')->content, "(None, '1')", 'a note that is text can be made and read';
is ask('/there.html', qq{req.notes.get("$of_mime")})->content, 'None', 'no process sees such notes';
is ask('/there.html', 'req.notes.get("from_httpd"), req.notes.get("members-pw")')->content, "('text', None)", '… nor a password of mod_auth_form';
is ask('/there/ask', 'req.notes.update(Mod_Session_cookie="b")')->content, "RuntimeError: changing the note 'Mod_Session_cookie' works only in httpd's "
    . "children, and this handler runs in the processes 'handlers': write PyHookRunIn main at its place", '… nor makes';

# Who has broken into a process may send anything: only its own request fails.
for my $frame (@wrong) {
    is GET_RC("/there/nonsense?$frame"), 502, "no process sends $frame";
    is GET_RC('/there/own?text=1'), 200, '… and the next request is served';
}

# Nor can it make httpd keep more and more for one request.
my $long = '30=notes|2|a|' . 'x' x 4000 . '|';
is GET_RC("/there/nonsense?$long", 'X-Times' => 6000), 502, 'changes without end';
like +(error_log_since { curl('-s', '-H', 'X-Times: 17', '-H', 'X-File: yes', url('there/nonsense?19=')) } qr/too many files/),
    qr/PYHOOK0084: .* got from its process too many files/, 'files without end';
like +(error_log_since { is GET_RC('/there/nonsense?17=x', 'X-Longer' => 2_000_000), 502, 'a frame that is too long' } qr/PYHOOK0084/),
    qr/PYHOOK0084: .* sent what no process sends: GET/, '… and the log says so';
my $error_log = Apache::Test::vars('t_logs') . '/error_log';
my $start = -s $error_log;
my ($written, $left_out);
is GET_RC('/there/nonsense?20=%03flood', 'X-Times' => 100_000), 200, 'entries without end';
becomes {
    my $entries = substr slurp($error_log), $start;
    $written = () = $entries =~ /\[pyhook:error\] .*\[client .* flood$/mg;
    $left_out = 0;
    $left_out += $1 while $entries =~ /\[pyhook:warn\] .*\[client .* processes 'handlers': (\d+) entries of this request were left out/g;
    $written + $left_out
} 100_000, '… are counted';
cmp_ok $left_out, '>', $written, '… and most are left out';
