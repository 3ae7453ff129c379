# util: forms of every encoding, uploads, query strings, redirects.
use strict;
use warnings;

use Digest::SHA qw(sha256_hex);

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET POST);
use PyHook::Config qw(mod_python top);
use PyHook::Server;

my $site = top() . '/t/mod_python/sites/forms';
my $server = PyHook::Server->new(children => 1, conf => mod_python() . <<"CONF")->start;
PythonPath "sys.path+['$site']"
<LocationMatch "^/\\w+">
    SetHandler mod_python
    PythonHandler forms
</LocationMatch>
<Location /little>
    PythonOption mod_python.util.max_text 1000
</Location>
<Location /few>
    PythonOption mod_python.util.max_fields 2
</Location>
@{[map { "<Location /$_>\nPythonHandler forms::$_\n</Location>\n" } qw(same parsed callbacks away late)]}
CONF

sub sent { my ($path, @rest) = @_; return POST($server->url($path), @rest) }
sub lines { return split /\n/, $_[0]->content }

my @got = lines(GET $server->url('/form?a=1&b=&a=2&c=x%20y+z'));
is $got[0], "[Field('a', '1'), Field('a', '2'), Field('c', 'x y z')]", 'a query';
is $got[1], "['a', 'c'] 1 [Field('a', '1'), Field('a', '2')] default 2", 'its values';
@got = lines(GET $server->url('/form?a=1&b='), 'X-Keep' => 1);
is $got[0], "[Field('a', '1'), Field('b', '')]", 'blank values are kept on demand';
@got = lines(sent '/form?a=0', [a => "\xC3\xA9", b => 2]);
is $got[0], "[Field('a', '0'), Field(b'a', b'\\xc3\\xa9'), Field(b'b', b'2')]", 'a body comes after the query; its repr is that of mod_python';
is sent('/same', [a => "\xC3\xA9"])->content, "(True, True, True, '\xC3\xA9')[Field('a', 'new'), Field('a', 'second')](False, False)",
    'a value is text, and equals the bytes';
is GET($server->url('/parsed'))->content,
    "{'a': ['1', '2'], 'b': ['\xC3\xA9 x']}[('a', '1'), ('c', ''), ('d', '')]", 'parse_qs, parse_qsl';

# Boundaries fall between the pieces that are read in every possible way.
for my $size (0, 1, 65400 .. 65402, 65530 .. 65540, 131072, 1 << 20) {
    my $data = join '', map { chr($_ * 7 % 256) } 0 .. $size - 1;
    substr($data, -1) = "\r" if $size;
    my @body = lines(sent '/form', Content_Type => 'form-data', Content => [
        a => 'v', file => [undef, "u\xC3\xBC.bin", Content_Type => 'application/x-own', Content => $data]]);
    is $body[-1], "Field u\xC3\xBC.bin application/x-own " . sha256_hex($data), "an upload of $size bytes";
}
like sent('/form', Content_Type => 'form-data', Content => [a => 'v', b => ''])->content, qr/^\[Field\('a', b'v'\)\]/, 'text in parts';
is sent('/callbacks', Content_Type => 'form-data', Content => [file => [undef, 'x.txt', Content => 'data']])->content,
    "['x.txt'] b'data'", 'file_callback';

sub broken { my ($body, $type) = @_; return POST($server->url('/form'), Content_Type => $type // 'multipart/form-data; boundary=X', Content => $body)->code }
is broken("--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno end"), 400, 'a body without its last boundary';
is broken("--X\r\n" . 'A: ' . 'b' x 200_000), 400, 'a head without an end';
is broken('', 'multipart/form-data'), 400, 'no boundary';
is broken('{}', 'application/json'), 501, 'no form';

sub form_of { my ($count, $unit) = @_; return broken($unit x $count, 'application/x-www-form-urlencoded') }
sub parts_of { my ($count, $head) = @_; return broken("--X\r\n$head\r\n\r\n" x $count . '--X--') }
my $file = qq(Content-Disposition: form-data; name="f"; filename="x"\r\n);
is form_of(999, 'a=1&'), 200, 'a thousand fields';
is form_of(1000, 'a=1&'), 413, 'one more';
is form_of(1000, ';'), 413, 'empty ones too';
is GET($server->url('/form?' . '&' x 1000))->code, 413, 'in a query';
is parts_of(1000, $file), 200, 'a thousand empty files, which need no descriptors';
is parts_of(1001, $file), 413, 'one more';
is parts_of(1001, ''), 413, 'parts without a name too';
is POST($server->url('/few?a=1'), [b => 1])->code, 200, 'as many as the option permits';
is POST($server->url('/few?a=1'), [b => 1, c => 1])->code, 413, 'more than it permits';

sub little { return POST($server->url('/little'), @_)->code }
sub multipart { return (Content_Type => 'form-data', Content => [@_]) }
is little([a => 'x' x 998]), 200, 'as much text as the option permits';
is little([a => 'x' x 999]), 413, 'one byte more';
is little(multipart(a => 'x' x 400, b => 'x' x 400)), 200, 'text in parts';
is little(multipart(a => 'x' x 500, b => 'x' x 500)), 413, 'which count together, with their heads';
is little(multipart(f => [undef, 'f.bin', Content => 'x' x 100_000])), 200, 'a file is no text';
is little(multipart(f => [undef, 'f' x 1000, Content => 'x'])), 413, 'but its name is';

{
    local $Apache::TestRequest::RedirectOK = 0;
    my $answer = GET $server->url('/away?/else"><x>'), redirect_ok => 0;
    is $answer->code, 302, 'a redirect';
    is $answer->header('Location'), '/else%22%3E%3Cx%3E', 'where to';
    unlike $answer->content, qr/<x>/, 'the page quotes it';
    is GET($server->url('/away?/else'), 'X-Permanent' => 1, redirect_ok => 0)->code, 301, 'a permanent one';
}
is GET($server->url('/late'))->content, "begun the response has begun: it can't be a redirect any more", 'too late for a redirect';

done_testing;
