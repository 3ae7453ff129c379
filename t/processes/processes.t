# The same applications in httpd's child and in worker processes: the same requests have the same answers.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY POST);
use IO::Select;
use IO::Socket::INET;
use PyHook::Test;

# Longer than what goes in one frame.
my $upload_file = Apache::Test::vars('t_logs') . '/processes_upload';
replace_file($upload_file, join '', map { "line $_\n" } 1 .. 60_000);
my $upload = "\@$upload_file";

my @same = (
    ['hello', 'hello'],
    ['head', 'hello', '-I'],
    ['large body', 'large?1000000'],
    ['larger body', 'large?5000000'],
    ['HEAD of a large body', 'large?5000000', '-I'],
    ['file', 'file'],
    ['HEAD of a file', 'file', '-I'],
    ['a part of a file', 'file', '-H', 'Range: bytes=5-9'],
    ['an upload', 'echo', '--data-binary', $upload],
    ['a chunked upload', 'echo', '-H', 'Transfer-Encoding: chunked', '--data-binary', $upload],
    ['an upload with Expect', 'echo', '-H', 'Expect: 100-continue', '--data-binary', $upload],
    ['an upload that is read at once', 'whole?500000', '--data-binary', $upload],
    ['a chunked upload that is read at once', 'whole?-1', '-H', 'Transfer-Encoding: chunked', '--data-binary', $upload],
    ['an upload shorter than what is read', 'whole?2000000', '--data-binary', $upload],
    ['an empty upload', 'echo', '--data-binary', ''],
    ['lines', 'lines', '--data-binary', "one\n\nthree\nfour"],
    ['an upload that nobody reads', 'unread', '--data-binary', $upload],
    ['lines of other processes', 'log'],
    ['a fork', 'forks'],
    map { ["wrong: $_", "wrong?$_"] } qw(raise no-head str header hop status int late long),
);
my %differ = map { $_ => 1 } qw(SCRIPT_NAME SCRIPT_URI SCRIPT_URL REQUEST_URI UNIQUE_ID REMOTE_PORT pyhook.request wsgi.multiprocess wsgi.multithread);
my @messages = (
    ['raise', qr/PYHOOK0005: wsgi processes_apps:wrong raised \(request .*\n.*\| Traceback .*\n(?:.*\n)*.*\| ValueError: raised on purpose/],
    ['no-head', qr/PYHOOK0070: wsgi processes_apps:wrong has not called start_response/],
    ['str', qr/PYHOOK0070: wsgi processes_apps:wrong returned str: expected an iterable of bytes/],
    ['int', qr/PYHOOK0070: wsgi processes_apps:wrong gave a body with an item of type int: expected bytes/],
    ['header', qr/ValueError: the value of X-Bad has control characters/],
    ['hop', qr/ValueError: Connection is between httpd and the client/],
    ['short', qr/PYHOOK0071: wsgi processes_apps:wrong gave less than its Content-Length: the response is broken off/],
    ['long', qr/PYHOOK0071: wsgi processes_apps:wrong gave more than its Content-Length/],
    ['late', qr/PYHOOK0007: wsgi processes_apps:wrong failed after the response had begun/],
);
plan tests => 2 * @same + 8 + @messages + 16;

# Tools for a response that is still coming.
sub raw_begin {
    my ($request) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => Apache::Test::vars('port')) or die "connect: $!";
    $socket->autoflush(1);
    print $socket $request;
    return $socket;
}

sub read_some {
    my ($socket, $patience) = @_;
    ${*$socket}{have} //= '';
    ${*$socket}{ended} = 1
        if IO::Select->new($socket)->can_read($patience) && !sysread $socket, ${*$socket}{have}, 65536, length ${*$socket}{have};
    return ${*$socket}{have};
}

sub read_until {
    my ($socket, $pattern) = @_;
    until_true { read_some($socket, 1) =~ $pattern };
    return ${*$socket}{have};
}

sub read_all {
    my ($socket) = @_;
    until_true { read_some($socket, 1); ${*$socket}{ended} };
    return ${*$socket}{have};
}

sub url { sprintf 'http://127.0.0.1:%s/%s', Apache::Test::vars('port'), $_[0] }

# Status and answer, without what differs between two requests anyway.
sub answer {
    my ($where, $path, @how) = @_;
    my ($status, $answer) = curl('-si', @how, url("$where/$path"));
    $answer =~ s/^(?:Date|X-Pid|Content-Range|ETag|Last-Modified): .*\r\n//mgi;
    $answer =~ s{/$where/}{/PLACE/}g;
    $answer =~ s/(id in the server's log: )\S+</$1</; # 500
    return ($status, $answer);
}

for my $case (@same) {
    my ($what, @words) = @$case;
    my ($inside_status, $inside) = answer('inside', @words);
    my ($status, $answer) = answer('processes', @words);
    is $status, $inside_status, "$what: curl's status";
    ok $answer eq $inside, "$what: the same answer" or diag substr($answer, 0, 600), "\n instead of \n", substr($inside, 0, 600);
}

sub environ {
    my ($where) = @_;
    my ($status, $text) = curl('-s', '-u', 'anna:secret', '-H', 'X-Two: 1', '-H', 'X-Two: 2', '-H', 'Cookie: a=b', '-H', 'X_Under: no', '-H', 'Proxy: no',
        '-H', "X-Latin: caf\xe9", '--data', 'x=y', url("$where/environ/a%20b/%e9?q=%20"));
    return map { /^([^=]*)=?(.*)$/ } split /\n/, $text =~ s/.*?\r\n\r\n//sr;
}
my %inside = environ('inside');
my %environ = environ('processes');
is_deeply [grep { !$differ{$_} && ($environ{$_} // 'none') ne ($inside{$_} // 'none') } sort keys %{ { %inside, %environ } }], [], 'environ has the same values'
    or diag join "\n", map { "$_: $environ{$_} / $inside{$_}" } sort keys %environ;
is $environ{SCRIPT_NAME}, "'/processes/environ'", 'SCRIPT_NAME';
is $environ{HTTP_X_TWO}, "'1, 2'", 'headers are joined';
is $environ{FROM_HTTPD}, "'set by SetEnv'", 'variables of SetEnv';
is $environ{'wsgi.multiprocess'}, 'True', 'there are several processes';
ok !exists $environ{HTTP_X_UNDER}, 'no header that could be taken for another one';
is $environ{HTTP_AUTHORIZATION}, $inside{HTTP_AUTHORIZATION}, 'Authorization as in the child';
isnt $environ{PATH_INFO}, undef, 'PATH_INFO';

for my $case (@messages) {
    my ($kind, $pattern) = @$case;
    my $entries = error_log_since { curl('-s', url("processes/wrong?$kind")) } $pattern;
    like $entries, $pattern, "the log about $kind";
}

my ($short_status) = curl('-s', url('processes/wrong?short'));
isnt $short_status, 0, 'the client sees that a body is too short';
my ($late_status) = curl('-s', url('processes/wrong?late'));
isnt $late_status, 0, 'and that one breaks off';

my $logged = error_log_since { GET_BODY('/processes/log') } qr/printed plainly/;
like $logged, qr/\[pyhook:error\] \[pid \d+[^\]]*\] \[client [^\]]*\] printed to wsgi.errors/, 'wsgi.errors is the log, with the request';
like $logged, qr/\[pyhook:notice\] .*printed plainly/, 'print, too';

# Nothing waits for the whole: the first piece comes although the application waits for another request.
my $steps = raw_begin("GET /processes/steps HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
like read_until($steps, qr/first\n/), qr/first\n/, 'a piece is sent at once';
until_true { GET_BODY('/processes/open') eq 'open' && read_some($steps, 0.1) =~ /second/ };
like read_all($steps), qr/second\n/, 'and then the next';

# Nothing is read before the application reads: no "100 Continue" for a body that nobody wants.
my $unread = raw_begin("POST /processes/unread HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
unlike read_all($unread), qr/100 Continue/, 'an application that does not read lets the client keep its body';

# A client that goes away stops the application.
my $gone = error_log_since {
    my $pieces = raw_begin("GET /processes/pieces HTTP/1.1\r\nHost: localhost\r\n\r\n");
    read_until($pieces, qr/piece/);
    close $pieces;
} qr/the pieces are closed/;
like $gone, qr/the pieces are closed/, 'the application is closed when the client has gone';

# What a process says unasked is no answer to the next request.
my $stray = error_log_since { GET_BODY('/processes/stray') } qr/the stray frames are sent/;
like $stray, qr/the stray frames are sent/, 'a process sends frames unasked';
is_deeply [grep { $_ ne 'Hello World!' } map { GET_BODY('/processes/hello') } 1 .. 100], [], 'which nobody gets';

my ($identity, $descriptors, $privileges, $program) = split /\n/, GET_BODY('/processes/who');
is $program, "$ENV{PYHOOK_TOP}/python/pyhook/worker/__main__.py", 'the worker is of the package beside the module';
like $privileges, qr/^0+ 0+ 1$/, 'no capability, and none to be had';
my %open = $descriptors =~ /(\d+)=(\S+)/g;
like $open{0}, qr{/dev/null}, 'stdin';
like $open{1}, qr{error_log}, 'stdout';
# libffi, which an application of the test loads, may keep its own file open.
is_deeply [grep { $open{$_} !~ m{^(?:/dev/null|.*/error_log|socket:.*|/memfd:pyhook-crash.*|anon_inode:\[eventpoll\]|.*/libffi\.so\..*)$} } sort keys %open], [], 'nothing else is open'
    or diag $descriptors;
cmp_ok scalar(grep { /^socket:/ } values %open), '<=', 2 + 4 * 30, 'the sockets are the two of the supervisor and connections of httpd';
