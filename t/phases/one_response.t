# Two requests on one connection, the first of which does something odd: the client finds one response to each, whatever
# phase did it and however it ended. The text of a handler or a file is never sent as a separate response.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Wire;

my $port = Apache::Test::config()->port('one_response');
my @phases = qw(
    post_read_request quick_handler pre_translate_name translate_name map_to_storage post_perdir_config
    header_parser access_checker access_checker_ex check_authn note_auth_failure check_authz type_checker fixups
    insert_filter insert_error_filter handler log_transaction
);
my @begin = qw(nothing redirect redirect-none write flush long longer shorter length file include look hint bare);
my @end = qw(none ok declined done 200 204 302 304 401 403 404 500 error raise text pieces broken refused again);
my %makes_content = map { $_ => 1 } qw(quick_handler handler);

# What makes content by other ways than a callable of the handler phase, and what asks for a WebSocket there.
my @upgrade = ('Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==');
my %contents = (
    'a coroutine'               => ['/coroutine'],
    'an async generator'        => ['/generator'],
    'a WSGI application'        => ['/wsgi/x'],
    'an ASGI application'       => ['/asgi/x'],
    "a WebSocket's refusal"     => ['/asgi/x', @upgrade],
);

my @last = (['/index.html', 'fixups'], ['/index.html', 'handler'], ['/wsgi/x', 'content'], ['/coroutine', 'content'], ['/asgi/x', 'content']);
my @bare = map { my $place = $_; map { [$_, @$place] } qw(GET HEAD) } @last;

plan tests => @bare * @begin + @begin + 2 * @phases * @begin + (2 * keys(%contents) - 1) * @begin + keys(%contents) + 1;

is_deeply [sort @phases], [sort split ' ', GET_BODY("http://127.0.0.1:$port/phases")], 'every phase is tried';

# What is wrong with the answers to a request and the one after it, in words.
sub wrong {
    my ($method, $path, $phase, $begin, $end, @fields) = @_;
    push @fields, 'X-Stranger: yes' if $phase eq 'note_auth_failure';
    my ($responses, $rest) = exchange($port, [$method, $path, "X-Do: $phase $begin $end", @fields], ['GET', '/second']);
    my $last = $responses->[-1];
    return "$end: no response" unless $last;
    return "$end: surplus bytes: " . substr $rest, 0, 60 if length $rest;
    return "$end: " . @$responses . ' responses' if @$responses > 2;
    return "$end: the second response is not that to the second request" if @$responses == 2 && $last->{body} ne 'the second';
    return "$end: the first response of two is not complete" if @$responses == 2 && !$responses->[0]{complete};
    return;
}

# The same for a request that is the last of its connection: what follows its response belongs to nothing.
sub surplus {
    my ($method, $path, $phase, $begin, $end, @fields) = @_;
    my ($responses, $rest) = exchange($port, [$method, $path, "X-Do: $phase $begin $end", @fields]);
    return @$responses == 1 && !length $rest ? () : "$end: " . @$responses . " responses and '" . substr($rest, 0, 60) . "'";
}

sub path_for { $_[0] eq 'insert_error_filter' || $_[0] eq 'note_auth_failure' ? '/none' : '/index.html' }

for my $phase (@phases) {
    for my $begin (@begin) {
        my @ends = $makes_content{$phase} ? @end : grep { !/text|pieces|broken|refused/ } @end;
        my @wrong = map { wrong('GET', path_for($phase), $phase, $begin, $_) } @ends;
        is "@wrong", '', "$phase: $begin";
    }
}
for my $phase (@phases) {
    for my $begin (@begin) {
        my @ends = $makes_content{$phase} ? @end : grep { !/text|pieces|broken|refused/ } @end;
        is join(' ', map { wrong('HEAD', path_for($phase), $phase, $begin, $_) } @ends), '', "$phase, HEAD: $begin";
    }
}
for my $begin (@begin) { # httpd writes the page for the first request of the two
    my @ends = grep { !/text|pieces|broken|refused/ } @end;
    is join(' ', map { wrong('GET', '/refused', 'log_transaction', $begin, $_) } @ends), '', "an ErrorDocument that fails: $begin";
}
for my $content (sort keys %contents) {
    my ($path, @fields) = @{ $contents{$content} };
    my ($responses) = exchange($port, ['GET', $path, 'X-Do: content nothing text', @fields], ['GET', '/second']);
    like $responses->[0]{body}, qr/forged$/, "$content: is asked";
    for my $method ('GET', @fields ? () : 'HEAD') { # a handshake is a GET
        for my $begin (@begin) {
            is join(' ', map { wrong($method, $path, 'content', $begin, $_, @fields) } @end), '', "$content, $method: $begin";
        }
    }
}
for my $way (@bare) {
    my ($method, $path, $phase) = @$way;
    for my $begin (@begin) {
        my @ends = $phase eq 'fixups' ? grep { !/text|pieces|broken|refused/ } @end : @end;
        is join(' ', map { surplus($method, $path, $phase, $begin, $_) } @ends), '', "$path, $phase, $method, alone: $begin";
    }
}
