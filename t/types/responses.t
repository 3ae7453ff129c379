# How a handler sends: pieces, files, conditions, its own errors; and clients that do not wait for the end.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use HTTP::Date qw(time2str);
use IO::Socket::INET;
use PyHook::Ask;
use PyHook::Test;

my @misuse = (
    ['[error(req.set_content_length, wrong) for wrong in (-1, "5", None, 1.5, 2**70)]',
        q(['ValueError', 'TypeError', 'TypeError', 'TypeError', 'OverflowError'])],
    ['[error(req.set_last_modified, wrong) for wrong in ("5", b"", 1e300, float("nan"))]', q(['TypeError', 'TypeError', 'ValueError', 'ValueError'])],
    ['[error(req.send_interim_response, wrong) for wrong in (100, 101, 200, 99, -1, "103", None)]',
        q(['ValueError', 'ValueError', 'ValueError', 'ValueError', 'ValueError', 'TypeError', 'TypeError'])],
    ['[error(req.custom_response, *wrong) for wrong in ((200, "x"), (299, "x"), (600, "x"), (404, "a:\r\nX: y"), (404, "/a\nb"), (404, "a\0b"))]',
        "[" . join(', ', ("'ValueError'") x 6) . "]"],
    ['[error(req.custom_response, *wrong) for wrong in (("404", "x"), (404, 5), (404, b"x"), (404,), ())]', "[" . join(', ', ("'TypeError'") x 5) . "]"],
    ['[error(req.allow_methods, wrong) for wrong in (["a b"], [""], ["A\r\nX: y"], ["GET", "\0"])]', q(['ValueError', 'ValueError', 'ValueError', 'ValueError'])],
    ['[error(req.allow_methods, wrong) for wrong in ("GET", 5, None, [5], [b"GET"])]', "[" . join(', ', ("'TypeError'") x 5) . "]"],
    ['error(req.allow_methods, ["GET"], replace=1), error(req.allow_methods), error(req.set_etag, 5), error(req.flush, 1)',
        q(('TypeError', 'TypeError', 'TypeError', 'TypeError'))],
    ['req.meets_conditions()', '0'],
    ['each(req.set_content_length(0), req.headers_out.get("Content-Length"))', q('0')],
);

plan tests => @misuse + 45;

answers('/types/response', @misuse);

sub doing { my ($what, %how) = @_; return GET "/types/response/do?$what", %how }

is doing('write')->content, "bytes str\xc3\xa9 array view", 'every type of a piece';
my $flushed = doing('write_and_flush');
is $flushed->content, 'a' . 'b' x 20000 . ' 1 20001', 'written, flushed and counted';
is $flushed->header('X-Late'), undef, 'a header that comes too late';
is doing('wrong_writes')->content, 'TypeError TypeError TypeError TypeError UnicodeEncodeError', 'other types';
is doing('counted')->header('Content-Length'), 4, 'a length';

my $file = '0123456789' x 1000;
is doing('files')->content, "$file|0|56789|5|012|3||0||0|01|2|" . substr($file, 3) . '|9997|', 'files and parts of them';
is doing('file_errors')->content,
    'FileNotFoundError IsADirectoryError ValueError ValueError ValueError TypeError TypeError ValueError TypeError', 'parts that are not there';

for my $what (qw(write files described)) {
    my ($get, $head) = (doing($what), HEAD "/types/response/do?$what");
    is $head->code . length $head->content, '2000', "$what: HEAD has no body";
    is $head->header('Content-Type'), $get->header('Content-Type'), "$what: and the same type";
}

like doing('own_status')->as_string, qr{^HTTP/1\.1 418 Short and stout\n}m, 'a reason of its own';
like doing('line_alone')->as_string, qr{^HTTP/1\.1 200 OK\n}m, 'a reason without its status is ignored';
my $described = doing('described');
is $described->header('Content-Type'), 'text/x-test; charset=utf-8', 'content_type';
is $described->header('Content-Encoding'), 'x-none', 'content_encoding';
is $described->header('Content-Language'), 'en,fi', 'content_languages';
is $described->header('Expires'), $described->header('Date'), 'no_cache';

sub conditional { my (%headers) = @_; return GET '/types/page.txt', Do => 'conditions', %headers }
my $page = conditional();
my ($tag, $modified) = ($page->header('ETag'), $page->header('Last-Modified'));
is $page->content, 'new True', 'without conditions';
like $tag, qr/^"[0-9a-f-]+"$/, 'a tag';
is $modified, time2str((stat Apache::Test::vars('documentroot') . '/types/page.txt')[9]), 'a date';
is conditional('If-None-Match' => $tag)->code, 304, 'the tag matches';
is conditional('If-None-Match' => '"other"')->code, 200, 'it does not';
is conditional('If-None-Match' => $tag, 'No-Copy' => 1)->code, 200, 'no_local_copy';
is conditional('If-Modified-Since' => $modified)->code, 304, 'not modified';
is conditional('If-Modified-Since' => time2str(1e9))->code, 200, 'modified';
is conditional('If-Match' => '"other"')->code, 412, 'another tag is wanted';
is conditional('If-Match' => $tag)->code, 200, 'this tag is wanted';
is conditional('If-Unmodified-Since' => time2str(1e9))->code, 412, 'an old one is wanted';
is doing('older')->content, 'Tue, 14 Nov 2023 22:13:20 GMT | Tue, 14 Nov 2023 22:13:21 GMT | 1700000001.75', 'the latest date counts';

like raw_request("GET /types/response/do?early_hints HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
    qr{^HTTP/1\.1 103 (?:Early Hints|Status 103)\r\nLink: </style\.css>; rel=preload\r\n\r\nHTTP/1\.1 200 OK\r\n(?!.*Link:).*False 200$}s, 'early hints (httpd 2.4.68 has no name for the status)';
like doing('late_hints')->content, qr/x{20000}RuntimeError$/, 'they come first';

is doing('custom_text')->content, "<p>It is\ngone", 'an error page of its own';
is doing('custom_text', Marked => 1)->content, "\nSorry: it is\ngone", 'one that looks like a URL';
my $custom = doing('custom_url');
is $custom->code . $custom->content, '404instead of /types/response/do True', 'another URL as the error page';
is GET('/types/response/do?custom_elsewhere', redirect_ok => 0)->header('Location'), 'http://elsewhere.example/', 'another server';
is join(' ', sort split /, */, doing('allowed')->header('Allow') =~ s/,?(HEAD|POST|OPTIONS|TRACE)//gr =~ s/^,//r), 'GET PAINT PROPFIND PUT', 'allowed methods, also one that httpd does not know';
unlike doing('only_allowed')->header('Allow'), qr/PUT|DELETE/, 'replaced';

my $index = GET_BODY('/index.html');
my $complete;
my $log = error_log_since { $complete = doing('complete')->content } qr/complete: /;
is $complete, $index, 'nothing comes after the end';
like $log, qr/complete: ConnectionAbortedError ConnectionAbortedError ConnectionAbortedError ConnectionAbortedError ConnectionAbortedError\n/, 'and it is refused';

# Reads a little of a response, then closes the connection.
sub leave_early {
    my ($path) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => Apache::Test::vars('port')) or die "connect: $@";
    print $socket "GET $path HTTP/1.1\r\nHost: a\r\n\r\n";
    sysread $socket, my $some, 100;
    close $socket;
}

for my $way (qw(write flush)) {
    my $logged = error_log_since { leave_early("/types/endless?$way") } qr/gone: /;
    like $logged, qr/gone: True 200/, "$way: a client that has gone";
    unlike $logged, qr/PYHOOK/, "$way: is no error";
}
