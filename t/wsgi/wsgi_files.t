# wsgi.file_wrapper sends what read() returns, from the descriptor only if that gives the same.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my $text = "the text of a file\n" x 16_000;
my @sent = qw(raw reader random delegate delegates);
my @read = qw(gzip bz2);
my @upper = qw(upper upper-raw upper-buffer upper-delegate upper-patched);

plan tests => 2 * @sent + 2 * @read + 2 * @upper + 4;

for my $kind (@sent, @read, @upper) {
    my $answer = GET "/wsgi-files/$kind";
    my $by_httpd = grep { $_ eq $kind } @sent;
    ok $answer->content eq ($kind =~ /^upper/ ? uc $text : $text), "$kind: what read() gives";
    is $answer->header('Content-Length'), $by_httpd ? length $text : undef, $by_httpd ? 'sent by httpd' : 'read piece by piece';
}

my $answer = GET '/wsgi-files/temporary';
ok $answer->content eq substr($text, 3) =~ s/^ text/ TEXT/r, 'a temporary file, from its position, as it was written';
is $answer->header('Content-Length'), length($text) - 3, 'sent by httpd';
my $log = error_log_since { $answer = GET '/wsgi-files/text' } qr/PYHOOK0070/;
is $answer->code, 500, 'a text file gives no bytes';
like $log, qr/PYHOOK0070: .* item of type str: expected bytes/, 'and the log says so';
