# Responses without a body, made of several, or not by the one that was asked: a filter never breaks the others around
# it.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 27;

my $at = '/filters/filter_responses';

sub several { raw_request(join('', map { my ($line, $more) = @$_; "$line HTTP/1.1\r\nHost: x\r\n" . ($more // '') . "\r\n" } @_)
    . "GET ${at}_plain HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") }
my $last = qr{HTTP/1\.1 200 OK\r\n(?:[^\r]+\r\n)*\r\nGET ${at}_plain$};

# HEAD
my $get = GET "$at/x";
is $get->content, uc "GET $at/x", 'GET';
my $head = HEAD "$at/x";
is_deeply [$head->code, $head->content, $head->header('X-Started'), $head->content_type], [200, '', 'R-UPPER', 'text/plain'],
    'the answer to HEAD has the head that the filter made';
is HEAD("$at-static/part.txt")->header('ETag'), undef, 'no more than GET does it have an ETag that is not true';
is GET("$at-static/part.txt")->header('ETag'), undef, 'of a static file';
like several(["HEAD $at/x"], ["HEAD $at-static/part.txt"]), qr{^HTTP/1\.1 200 OK\r\n([^\r]+\r\n)*\r\nHTTP/1\.1 200 OK\r\n([^\r]+\r\n)*\r\n$last},
    'and the connection is kept';

# 204 and 304
my $none = GET "$at/nothing";
is_deeply [$none->code, $none->content, map { scalar $none->header($_) } qw(X-Started Transfer-Encoding)], [204, '', undef, undef],
    '204: the filter is not asked';
my $same = GET "$at/not-modified", 'If-None-Match' => '"same"';
is_deeply [$same->code, $same->content, map { scalar $same->header($_) } qw(ETag X-Started)], [304, '', '"same"', undef],
    '304 keeps its ETag';
is GET_BODY("$at/not-modified"), 'FRESH', '200 in the same place is filtered';
my $file = GET "$at-static/part.txt";
is $file->content, 'A PART', 'a static file';
is GET_RC("$at-static/part.txt", 'If-Modified-Since' => $file->header('Last-Modified')), 304, 'is not sent twice';
like several(["GET $at/nothing"], ["GET $at/not-modified", qq(If-None-Match: "same"\r\n)], ["HEAD $at/not-modified"]),
    qr{^HTTP/1\.1 204 [^\r]+\r\n([^\r]+\r\n)*\r\nHTTP/1\.1 304 [^\r]+\r\n([^\r]+\r\n)*\r\nHTTP/1\.1 200 OK\r\n([^\r]+\r\n)*\r\n$last},
    'nothing of these is taken for the next response';

# Redirects and error pages
my $page = '[filter_responses_page: GET /filters/filter_responses_page]';
is GET_BODY("$at/elsewhere"), $page, 'an internal redirect has the filters of the place it leads to';
is GET("$at/elsewhere")->header('X-Started'), undef, 'and not those of the one it came from';
my $missing = GET "$at/missing";
is_deeply [$missing->code, $missing->content], [404, $page], 'so has an ErrorDocument';
my $plain = GET "$at/plain-missing";
is $plain->code, 404, "httpd's own error page";
like $plain->content, qr{<h1>Not Found</h1>}, 'is not filtered';

# Sub-requests
my $sub = GET_BODY "$at/sub";
is $sub, uc("before, GET $at/inner") . uc("GET ${at}_plain, after"),
    'the main filter sees what sub-requests write, in order' or diag $sub;
is GET_BODY("$at-ssi/page.shtml"), "[page.shtml: page: A PART and [part.txt: a part].\n]", 'parts of an SSI page: their own filters, and the page its own'
    or diag GET_BODY("$at-ssi/page.shtml");
my $list = GET "$at-list/";
is $list->code, 200, 'a list of files, each looked up by a sub-request';
like $list->content, qr{<A HREF="PART\.TXT"> PART\.TXT</A>}, 'is filtered once';
unlike $list->content, qr/[a-z]/, 'as a whole';

# Keep-alive
my ($exit, $answers) = curl(map { "$at/$_" } 1 .. 5);
is $exit, 0, 'five requests on one connection';
is_deeply [$answers =~ m{GET \Q$at\E/(\d)}gi], [1 .. 5], 'each is answered';
($exit, $answers) = curl('-X', 'OPTIONS', "$at-static/part.txt");
like $answers, qr/^HTTP\/1\.1 200 .*^Allow:/sm, 'OPTIONS';
is GET_RC("$at-static/part.txt", Range => 'bytes=0-2'), 200, 'a part of a filtered file is the whole';
like several(["GET $at-static/part.txt", "Range: bytes=0-2\r\n"]), qr{A PART.*$last}s, 'complete';
like raw_request("GET $at/x HTTP/1.0\r\n\r\n"), qr{^HTTP/1\.1 200 .*GET \U$at\E/X$}s, 'HTTP/1.0 has no chunks';
