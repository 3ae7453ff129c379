# ASGI 3 over HTTP, in httpd's child and in a process: the application's scope, the messages that it may send, and the
# effect of those that it may not.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use IO::Socket::INET;
use PyHook::Test;

my %misuse = (
    nothing      => qr/returned without having sent 'http\.response\.start'/,
    no_end       => qr/returned without having sent the end of its body/,
    twice        => qr/sent 'http\.response\.start' twice/,
    body_first   => qr/sent 'http\.response\.body' before 'http\.response\.start'/,
    unknown      => qr/sent 'http\.response\.fanfare': expected/,
    text_body    => qr/sent a body of type str: expected bytes/,
    gaps         => qr/(?:BufferError|TypeError): .*C-contiguous/,
    bad_status   => qr/99 is no final status/,
    text_header  => qr/the name of a header is bytes, not str/,
    split_header => qr/the value of x has control characters/,
    raises       => qr/LookupError: nothing found/,
);

plan tests => 2 * (58 + 2 * keys %misuse) + 4;

sub url { my ($in, $path) = @_; return "$in/asgi/$path" }
sub body { GET_BODY(url(@_)) }

# A client that goes before its answer is whole.
sub leave {
    my ($in, $name) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => Apache::Test::vars('port')) or die "connect: $@";
    print $socket "GET $in/asgi/$name HTTP/1.1\r\nHost: localhost\r\n\r\n";
    sysread $socket, my $text, 4096 if $name ne 'waits';
    close $socket;
}

my $gates = 0;
for my $in ('', '/in-process') {
    note $in || 'in the child';

    my %scope = map { split /=/, $_, 2 } split /\n/, GET_BODY($in . '/asgi/scope?a=%C3%A9&b');
    is $scope{type}, "'http'", 'type';
    like $scope{asgi}, qr/'version': '3.0'/, 'version';
    is $scope{method}, "'GET'", 'method';
    is $scope{http_version}, "'1.1'", 'http_version';
    is $scope{scheme}, "'http'", 'scheme';
    is $scope{path}, "'$in/asgi/scope'", 'path has the root path in it';
    is $scope{root_path}, "'$in/asgi'", 'root_path';
    is $scope{query_string}, "b'a=%C3%A9&b'", 'query_string is raw';
    is $scope{state}, "{'database': 'open'}", 'state of the lifespan';
    %scope = map { split /=/, $_, 2 } split /\n/, GET_BODY($in . '/asgi/%C3%A9/%73cope');
    is $scope{path}, "'$in/asgi/\xc3\xa9/scope'", 'path is decoded';
    is $scope{raw_path}, "b'$in/asgi/%C3%A9/%73cope'", 'raw_path is not';
    is POST(url($in, 'talks_while_it_reads'), content => 'x' x 300_000)->content, 'one two 300000', 'tasks read and write at the same time';
    is POST(url($in, 'answers_while_it_reads'), content => 'x' x 100_000)->content, 'the whole answer', 'and all behind it, while a piece is read';
    is GET_BODY("$in/asgi-simple/x"), "$in/asgi-simple $in/asgi-simple/x {}", 'an application without lifespan is served';
    is body($in, 'tasks'), 'http.request', 'receive() may be a task';
    is GET_BODY("$in/asgi-here/tasks"), 'http.request', 'PyHookASGI in a section';
    is GET("$in/asgi-here/not")->code, 404, 'none takes it away';

    my $headers = GET(url($in, 'headers'), 'X-One' => 'a', 'X-Two' => "b\xe9", 'Authorization' => 'Basic eA==')->content;
    like $headers, qr/^b'x-one' b'a'$/m, 'names are lower case';
    like $headers, qr/^b'x-two' b'b\\xe9'$/m, 'values are bytes';
    like raw_request("GET $in/asgi/headers HTTP/1.1\r\nHost: localhost\r\nX-Twice: a\r\nX-Twice: b\r\nConnection: close\r\n\r\n"),
        qr/^b'x-twice' b'a, b'$/m, 'headers of one name are one value';
    like $headers, qr/^b'authorization' b'Basic eA=='$/m, 'nobody has authenticated the client: the application may';

    is POST(url($in, 'echo'), content => 'x' x 300_000)->content, 'x' x 300_000, 'a body comes in messages';
    is GET(url($in, 'echo'))->header('X-Messages'), 1, 'no body is one message';
    my $chunked = raw_request("POST $in/asgi/echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
    like $chunked, qr/abcdefg/, 'chunked';

    is body($in, 'stream'), "piece 0\npiece 1\npiece 2\n", 'a response in pieces';
    my $response = GET url($in, 'refused');
    is $response->code, 404, 'a status of the application\'s';
    is $response->content, 'refused', 'with its own body';
    is join(' ', sort $response->header('Set-Cookie')), 'a=1 b=2', 'and repeated headers';
    is HEAD(url($in, 'refused'))->header('Content-Length'), 7, 'HEAD has the length';
    is HEAD(url($in, 'stream'))->content, '', 'and no body';
    is GET(url($in, 'hop_by_hop'))->content, 'answer', 'headers of the connection are httpd\'s';

    $response = GET url($in, 'file');
    like $response->content, qr/\A"""ASGI applications\b.*async def after_end/s, 'a file is a body';
    is $response->header('Content-Length'), length $response->content, 'with its length';
    is $response->header('Content-Type'), 'text/x-python', 'and the application\'s type';
    is GET(url($in, 'file?/no/such/file'))->content, 'FileNotFoundError', 'one that is not there can be answered otherwise';
    is body($in, 'tls'), 'client_cert_chain=[]', 'no TLS, no extension';

    my $two = raw_request("GET $in/asgi/too_long HTTP/1.1\r\nHost: localhost\r\n\r\n"
        . "GET $in/asgi/tasks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    my $statuses = () = $two =~ /HTTP\/1\.1 \d/g;
    is $statuses, 2, 'two requests have two responses';
    like $two, qr/\r\n\r\nmore HTTP\/1\.1 200/, 'a body ends where its Content-Length does';
    unlike raw_request("GET $in/asgi/too_short HTTP/1.1\r\nHost: localhost\r\n\r\nGET /asgi/tasks HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        qr/http\.request/, 'one that is too short closes the connection';

    is body($in, 'background'), 'answered', 'an application goes on after its response';
    ok until_true { body($in, 'what_was_heard') =~ /http\.disconnect background/ }, 'and hears that it is complete';
    my $gate = Apache::Test::vars('t_logs') . '/asgi_computes' . ++$gates;
    is body($in, "computes?$gate"), 'answered', 'a response that is complete waits for nothing';
    replace_file($gate, '');
    ok until_true { body($in, 'what_was_heard') =~ /in time$/ }, 'not for what the application then does without a pause';
    my $logged = error_log_since { $response = GET url($in, 'raises_late') } qr/LookupError/;
    is $response->content, 'answered', 'what it raises then changes nothing';
    like $logged, qr/raised after its response was complete.*LookupError: too late/s, 'and is logged';
    $logged = error_log_since { $response = GET url($in, 'after_end') } qr/Misuse/;
    is $response->content, 'answered', 'what it sends then is not sent';
    like $logged, qr/sent 'http\.response\.body' after the response was complete/, 'and logged';

    for my $name (sort keys %misuse) {
        $logged = error_log_since { $response = GET url($in, $name) } $misuse{$name};
        is $response->code, 500, "$name: an error";
        like $logged, qr/PYHOOK0005: asgi asgi_apps:app raised.*$misuse{$name}/s, "$name: and the log says what came";
    }
    $response = GET url($in, 'mends');
    is join(' ', $response->code, $response->header('X-Kept') // '', $response->content), '201 yes mended', 'after it another end may follow';
    my $status;
    $logged = error_log_since { ($status) = curl(url($in, 'breaks')) } qr/PYHOOK0007/;
    isnt $status, 0, 'what raises midway is broken off';
    like $logged, qr/LookupError: in the middle/, 'and logged';

    $logged = error_log_since { $response = GET "$in/asgi-failing/x" } qr/no database/;
    is $response->code, 500, 'an application that failed to start serves nobody';
    like $logged, qr/could not start: no database/, 'and the log says why';

    for (['waits', qr/gone:http\.disconnect Disconnected/], ['events', qr/stream ended/], ['only_sends', qr/only sent: (?:Disconnected|ConnectionAbortedError)/]) {
        my ($name, $pattern) = @$_;
        leave($in, $name);
        ok until_true { body($in, 'what_was_heard') =~ $pattern }, "$name: the client goes, the application hears it";
    }
    $logged = error_log_since { leave($in, 'own_name') } qr/^(?=.*ClientDisconnect$)(?=.*finds that the client has gone)/ms;
    like $logged, qr/:info\].*ClientDisconnect$/ms, 'what an application makes of that is told with its traceback';
    unlike $logged, qr/PYHOOK0005/, '… and is no error';
    ok until_true { body($in, 'what_was_heard') =~ /generator ended/ }, '… and keeps nothing of the response';
}

like body('', 'too_early'), qr/^the response has no head yet/, 'nothing goes out before the head';
my $logged = error_log_since { is(GET_BODY('/asgi-here/asks_of_access'), '[500]', 'a coroutine does not wait for its own loop') } qr/RuntimeError: a coroutine/;
like $logged, qr/RuntimeError: a coroutine can't wait for another request of its own event loop/, '… and the log says why';
is GET(url('', 'live_request'))->header('X-Direct'), '/asgi/live_request', 'the live request is in the extensions';
