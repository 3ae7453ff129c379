# wsgiref.validate finds no fault on this side of PEP 3333.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my %styles = (
    hello               => [200, 5],
    pieces              => [200, 13],
    generator           => [200, 7],
    length_of_generator => [200, 7],
    writes              => [200, 16],
    big                 => [200, 2_000_000],
    repeated            => [201, 4],
    no_content          => [204, 0],
    not_modified        => [304, 0],
    empty               => [200, 0],
    replaced            => [503, 5],
    replaced_twice      => [503, 5],
    file                => [200, -3 + -s Apache::Test::vars('top_dir') . '/t/wsgi/wsgi_response.py'],
    no_file             => [200, 10],
    close_raises        => [200, 8],
    wsgi_errors         => [200, 4],
);
my @bodies = map { [$_, 0], [$_, 70_000] } qw(read pieces readline readlines iteration);

plan tests => 2 * 4 * keys(%styles) + 2 * @bodies + 4;

my $log = error_log_since {
    for my $mount ('/wsgi-validated', '/wsgi-validated-file') {
        for my $name (sort keys %styles) {
            my ($code, $length) = @{ $styles{$name} };
            for my $method (qw(GET HEAD)) {
                my $answer = ($method eq 'GET' ? \&GET : \&HEAD)->("$mount/$name?query=a%20b");
                is $answer->code, $code, "$method $mount/$name";
                is length $answer->content, $method eq 'GET' ? $length : 0, 'its body';
            }
        }
    }
    for my $body (@bodies) {
        my ($how, $length) = @$body;
        my $content = "line of text\n" x ($length / 13) . 'x' x ($length % 13);
        is POST_BODY("/wsgi-validated/reads?$how", content => $content), $length, "$length bytes by $how";
        my $chunks = join '', map({ sprintf "%x\r\n%s\r\n", length, $_ } unpack '(a999)*', $content), "0\r\n\r\n";
        my $post = "POST /wsgi-validated/reads?$how HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
        like raw_request($post . $chunks), qr/\r\n\r\n(?:[0-9a-f]+\r\n)?$length\b/, 'and in chunks';
    }
    is GET_BODY('/wsgi-validated-made'), 'of a class', 'a class';
    is GET_RC('/wsgi-validated/midway'), 200, 'one that fails midway';
} qr/RuntimeError: midway/;
unlike $log, qr/AssertionError|WSGIWarning|without being closed/, 'nothing was found';
like $log, qr/validated text\n.*validated lines\n/, 'and wsgi.errors is usable';
