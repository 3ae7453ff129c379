# Faults that people reported of other servers, and of this one: redirected requests, codings, heads, handlers of outer
# sections.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my @codings = ('gzip, chunked', 'chunked, chunked', ',chunked', 'gzip,chunked');

plan tests => 9 + 2 * @codings;

my $port = Apache::Test::config()->port('wsgi_reports');
my $root = "http://127.0.0.1:$port";

is GET("$root/missing?a=b")->content, '404 /missing a=b True', 'an ErrorDocument knows what was asked for';
is GET("$root/app")->content, 'None None None True', 'another request says nothing of it';
is POST("$root/app", content => 'x')->content, 'None None None None', 'a length is enough for the end of a body';
is GET("$root/app/inner")->content, q(the server's handler), 'an inner handler comes before an application';
is GET("$root/elsewhere")->content, q(the server's handler), 'a handler of the whole server serves the rest';
my $answer = GET "$root/app/refused";
is $answer->code . ' ' . $answer->content, '201 written', 'a head that was good stays';
is $answer->header('X-First'), 'yes', 'with its headers';

sub post {
    my ($path, $coding) = @_;
    return raw_request("POST $path HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: $coding\r\n\r\n3\r\nabc\r\n0\r\n\r\n", port => $port);
}

for my $coding (@codings) {
    like post('/app', $coding), qr{^HTTP/1\.1 (?:501|400) }, "an application gets no body in the coding '$coding'";
    like post('/reads', $coding), qr{^HTTP/1\.1 (?:501|400) }, 'nor does a handler';
}
like post('/reads', 'Chunked'), qr/3 bytes$/, 'one that httpd undoes is none';
like post('/app', 'chunked'), qr{^HTTP/1\.1 200 }, 'for an application, too';
