# The client gets exactly the response of a WSGI application, framed as HTTP demands.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 58;

my $base = '/wsgi-response';

# The responses to these requests on one connection, which the last one closes.
sub conversation {
    my (@requests) = @_;
    my $last = pop @requests;
    return raw_request(join '', (map { "$_ HTTP/1.1\r\nHost: x\r\n\r\n" } @requests),
        "$last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
}

my $hello = GET "$base/hello";
is $hello->code, 200, 'an application answers';
is $hello->content, 'hello', 'with its body';
is $hello->header('Content-Type'), 'text/plain', 'and its headers';
is GET_BODY("$base/generator"), 'one,two', 'a generator';
is GET_BODY("$base/length_of_generator"), 'one,two', 'a generator with its length';
is GET_BODY("$base/writes"), 'written,returned', 'write() and a result';
is GET_RC("$base/no_content"), 204, 'no content';
is GET_RC("$base/replaced"), 503, 'exc_info replaces the head';

is GET("$base/hello")->header('Content-Length'), 5, 'httpd adds the length of a list';
is HEAD("$base/hello")->header('Content-Length'), 5, 'to HEAD too';
is GET_BODY("$base/pieces"), 'one,two,three', 'a tuple';
is GET("$base/pieces")->header('Content-Length'), 13, 'and its length';
is length(GET_BODY("$base/big")), 2_000_000, 'a big list';
is GET("$base/big")->header('Content-Length'), 2_000_000, 'and its length';
is GET("$base/length_of_generator")->header('Content-Length'), 7, "the application's own length stays";
is GET("$base/empty")->header('Content-Length'), 0, 'an empty list is an empty body';
is GET_BODY('/wsgi-class'), 'of a class', 'a class may be the application';
is GET_BODY('/wsgi-factory'), 'made', 'a factory makes one';

my $repeated = GET "$base/repeated";
is $repeated->status_line, '201 Made Here', 'the reason is kept';
is_deeply [$repeated->header('Set-Cookie')], ['a=1', 'b=2'], 'headers are repeated';
is $repeated->header('X-Byte'), "\xe9", 'headers are bytes';

is join(' ', sort(GET('/wsgi-beside-hooks/repeated')->header('Set-Cookie'))), 'a=1 always=1 b=2 hook=1',
    'beside those of hooks';
is join(' ', sort(GET('/wsgi-beside-hooks/no_content')->header('Set-Cookie'))), 'always=1 hook=1', 'which stay in any case';

unlike conversation("GET $base/not_modified"), qr/not to be sent/, '304 has no body';
like conversation("GET $base/no_content", "GET $base/hello"), qr/204 No Content.*\r\n\r\nHTTP.*hello/s,
    'after 204 the connection goes on';
my $answer;
my $log = error_log_since { $answer = conversation("HEAD $base/endless", "GET $base/hello") } qr/closed/;
like $answer, qr/200 OK.*\r\n\r\nHTTP.*hello/s, 'HEAD on an endless generator ends';
like $log, qr/closed endless/, 'and closes it';

$log = error_log_since { $answer = conversation("GET $base/too_long", "GET $base/hello") } qr/PYHOOK0071/;
like $answer, qr/\r\n\r\n12345HTTP.*hello/s, 'what exceeds the Content-Length is cut';
like $log, qr/PYHOOK0071: wsgi wsgi_response:app gave more than its Content-Length/, 'and the log says so';
$log = error_log_since { $answer = conversation("GET $base/too_long_generator", "GET $base/hello") } qr/closed/;
like $answer, qr/\r\n\r\n12345HTTP.*hello/s, 'of a generator as well';
like $log, qr/closed too_long/, 'which is closed';

for my $name (qw(too_short too_short_generator)) {
    $log = error_log_since { $answer = conversation("GET $base/$name", "GET $base/hello") } qr/PYHOOK0071/;
    like $answer, qr/Content-Length: 50\r\n.*\r\n\r\nshort$/s, "$name: nothing follows a body that is too short";
    like $log, qr/gave less than its Content-Length/, 'and the log says so';
}

for my $name (qw(late midway)) {
    $log = error_log_since { $answer = conversation("GET $base/$name", "GET $base/hello") } qr/PYHOOK0007/;
    like $answer, qr/\r\n5\r\nbegun\r\n$/, "$name: a response that fails midway has no last chunk";
    like $log, qr/PYHOOK0005: wsgi wsgi_response:app raised/, 'and the log says why';
}
like $log, qr/closed midway/, 'it is closed nevertheless';

$log = error_log_since { $answer = GET "$base/close_raises" } qr/RuntimeError: in close/;
is $answer->content, 'complete', 'an error in close() does not harm the response';
like $log, qr/PYHOOK0005: wsgi wsgi_response:app raised in close.*RuntimeError: in close/s, 'but is told';

for my $closed (['list_subclass', 200, qr/closed list/], ['exits', 500, qr/closed exits/], ['str_item', 500, qr/closed str_item/]) {
    my ($name, $code, $said) = @$closed;
    $log = error_log_since { $answer = GET "$base/$name" } $said;
    is $answer->code, $code, "$name: an answer";
    like $log, $said, 'and close() is called';
}

is $repeated->header('X-First'), undef, 'a replaced head leaves nothing';
is GET("$base/replaced")->header('X-Second'), 2, 'the new head is sent';

my $size = -s Apache::Test::vars('top_dir') . '/t/wsgi/wsgi_response.py';
is length(GET_BODY("$base/file")), $size - 3, 'a file is sent from its position';
is GET("$base/file")->header('Content-Length'), $size - 3, 'with its length';
is length(GET_BODY("$base/file_length?-10")), $size - 10, 'no more than the Content-Length';
$log = error_log_since { $answer = conversation("GET $base/file_length?10", "GET $base/hello") } qr/PYHOOK0071/;
unlike $answer, qr/hello$/, 'a file that is too short breaks the connection';
is length($answer =~ s/.*?\r\n\r\n//sr), $size, 'after all of it was sent';
like $log, qr/gave less than its Content-Length/, 'and the log says so';
is GET_BODY("$base/no_file"), 'not a file', 'what is no file is iterated';
is HEAD("$base/file")->header('Content-Length'), $size - 3, 'HEAD tells the length of a file';
