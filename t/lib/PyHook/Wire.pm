# The responses that a client sees on a connection: bytes taken apart only by the framing of RFC 9112.
package PyHook::Wire;

use strict;
use warnings;

use Exporter qw(import);

use PyHook::Test qw(raw_request);

our @EXPORT = qw(exchange responses);

# The responses to requests ([method, path, "Field: value", …]) that are sent at once on one connection, and the rest:
# bytes that belong to no response. `body` may be among the fields, as a reference to text.
sub exchange {
    my ($port, @requests) = @_;
    my $last = $#requests;
    my $bytes = join '', map { _request($requests[$_], $_ == $last) } 0 .. $last;
    return responses(raw_request($bytes, port => $port), map { $_->[0] } @requests);
}

sub _request {
    my ($request, $is_last) = @_;
    my ($method, $path, @rest) = @$request;
    my ($body) = map { $$_ } grep { ref } @rest;
    my @fields = ('Host: wire', grep { !ref } @rest);
    push @fields, 'Content-Length: ' . length $body if defined $body && !grep { /^Transfer-Encoding/ } @fields;
    push @fields, 'Connection: close' if $is_last;
    return join("\r\n", "$method $path HTTP/1.1", @fields, '', '') . ($body // '');
}

# ([{status, head, body, complete}, …], rest). A response without a request counts as one to GET.
sub responses {
    my ($bytes, @methods) = @_;
    my @responses;
    my $interim = '';
    while ($bytes =~ s{^(HTTP/1\.[01] (\d{3})[^\r\n]*\r\n(?:[^\r\n]+\r\n)*)\r\n}{}) {
        my ($head, $status) = ($1, $2);
        $interim = $status < 200 ? "$interim$head" : '';
        next if $status < 200;
        my $bare = (shift @methods // 'GET') eq 'HEAD' || $status == 204 || $status == 304;
        my ($body, $complete) = $bare ? ('', 1) : _body($head, \$bytes);
        push @responses, {status => $status, head => $head, body => $body, complete => $complete};
    }
    return (\@responses, $interim . $bytes);
}

sub _body {
    my ($head, $bytes) = @_;
    return _chunks($bytes) if $head =~ /^Transfer-Encoding: chunked\r$/im;
    my ($length) = $head =~ /^Content-Length: (\d+)\r$/im;
    my $body = substr $$bytes, 0, $length // length $$bytes, '';
    return ($body, !defined $length || $length == length $body);
}

sub _chunks {
    my ($bytes) = @_;
    my $body = '';
    while ($$bytes =~ s/^([0-9a-fA-F]+)\r\n//) {
        my $size = hex $1;
        $body .= substr $$bytes, 0, $size, '';
        return ($body, 0) unless $$bytes =~ s/^\r\n//;
        return ($body, 1) unless $size;
    }
    return ($body, 0);
}

1;
