# The value of a Python expression inside httpd. `answers($path, @rows)` asks the handler asking:ask at that path, one
# test per row: [expression, the answer or a pattern for it, and for the request: headers, `method`, `body`].
package PyHook::Ask;

use strict;
use warnings;

use Exporter qw(import);
use HTTP::Request;
use Test::More ();
use URI::Escape qw(uri_escape_utf8);

use Apache::TestRequest ();

our @EXPORT = qw(ask answers);

sub ask {
    my ($path, $question, %how) = @_;
    my ($method, $body) = (delete $how{method} // 'GET', delete $how{body} // '');
    my $request = HTTP::Request->new($method => Apache::TestRequest::resolve_url($path), [], $body);
    $request->content_length(length $body) if length $body;
    $request->header(Ask => uri_escape_utf8($question), %how);
    return Apache::TestRequest::user_agent()->request($request);
}

sub answers {
    my ($path, @rows) = @_;
    for my $row (@rows) {
        my ($question, $expected, %how) = @$row;
        my $answer = ask($path, $question, %how)->content;
        if (ref $expected) { Test::More::like($answer, $expected, $question) }
        else               { Test::More::is($answer, $expected, $question) }
    }
}

1;
