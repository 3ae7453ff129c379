# Every member of a request works, or raises an exception, in every phase, even if httpd knows no file or no URI:
# nothing crashes.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my @phases = qw(post_read_request quick_handler pre_translate_name translate_name map_to_storage post_perdir_config header_parser
    access_checker access_checker_ex type_checker fixups insert_filter handler log_transaction);
my @wrong = ("GET\r\n\r\n", "\x01\x02\r\n\r\n", "GET /\x01 HTTP/1.1\r\n\r\n", "GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", "GET /" . 'x' x 9000 . " HTTP/1.1\r\n\r\n",
    "GET / HTTP/3.7\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /../x HTTP/1.1\r\nHost: x\r\n\r\n", "GET x HTTP/1.1\r\nHost: x\r\n\r\n", "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", "G");

plan tests => @phases + @wrong + 2;

my $directives = join "\n", map { my $name = join '', map { ucfirst } split /_/; "PyHook$name early:act" }
    grep { $_ !~ /^(handler|log_transaction)$/ } @phases;
my $server = PyHook::Server->new(children => 1, conf => <<"END")->start;
RequestReadTimeout header=1 body=1
$directives
PyHookLogTransaction early:act_on_wrong
<Location /types/handled>
    PyHookHandler early:act
</Location>
<Location /types/names>
    PyHookHandler early:names
</Location>
END
my ($child) = $server->child_pids;
my @names = split /\n/, GET_BODY $server->url('/types/names');
cmp_ok scalar @names, '>', 60, 'there is much to do';

for my $phase (@phases) {
    my $path = '/types/' . ($phase eq 'handler' ? 'handled' : 'page.txt');
    my @lost;
    for my $name (@names) {
        my $response = GET $server->url($path), Act => "$phase $name", redirect_ok => 0;
        push @lost, $name if $response->header('Client-Warning');
    }
    is "@lost", '', "$phase: every request is answered";
}
for my $bytes (@wrong) {
    my $answer = raw_request($bytes, port => $server->port, half_close => $bytes ne 'G');
    like $answer, qr/^(HTTP\/1\.1 |<!DOCTYPE|$)/, substr($bytes, 0, 30) =~ s/[^ -~]/./gr . ' is answered or refused';
}
is join(' ', $server->child_pids), $child, 'the child serves on';
