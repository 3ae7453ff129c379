# req.write: pieces go out at once and in their order; a response that fails after one is broken off.
use strict;
use warnings;

use IO::Socket::INET;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET HEAD);
use PyHook::Config qw(mod_python new_directory top);
use PyHook::Server;

my $site = top() . '/t/mod_python/sites/writing';
my $server = PyHook::Server->new(children => 1, conf => mod_python() . <<"CONF")->start;
PythonPath "sys.path+['$site']"
<LocationMatch "^/\\w+">
    SetHandler mod_python
    PythonHandler writing
</LocationMatch>
@{[map { "<Location /$_>\nPythonHandler writing::$_\n</Location>\n" } qw(pieces mixed gathered late broken refused inner denied headed sent)]}
PythonOutputFilter writing::failing FAILING
<Location /filtered>
    PythonHandler writing::twice
    SetOutputFilter FAILING
</Location>
CONF

sub asked {
    my ($path) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1:' . $server->port) or die "no connection: $!";
    print $socket "GET $path HTTP/1.0\r\n\r\n";
    return $socket;
}

sub rest_of { my ($socket) = @_; local $/; return scalar readline $socket }

# The handler goes on when the file is there.
my $sign = new_directory('writing') . '/sign';
my $socket = asked("/waits?$sign");
my $line = '';
$line = readline $socket while defined $line && $line !~ /first/;
is $line, "first second\n", 'pieces are with the client while the handler keeps its thread';
open my $file, '>', $sign or die "$sign: $!";
close $file;
is rest_of($socket), "third\n", 'and the others follow';

my $whole = GET $server->url('/pieces');
is $whole->content, "ab\xC3\xA9", 'pieces of text and of bytes';
is $whole->header('Content-Length'), 4, 'that go out with the end have their length';
is HEAD($server->url('/pieces'))->header('Content-Length'), 4, 'and so has the answer to HEAD';

my $mixed = GET $server->url("/mixed?$site/writing.py");
open my $source, '<', "$site/writing.py" or die "$site/writing.py: $!";
is $mixed->content, 'abc' . 'd' x 20000 . 'e' . do { local $/; <$source> } . 'f', 'they keep their order among other output';
is $mixed->header('X-Mixed'), 'set', 'headers may change until a piece has to go out';
is GET($server->url('/gathered'))->content, join('', map { ($_ % 7) x $_ } 7999, 1, 1, 8000, 8001, 5000, 3001, 2),
    "and so do pieces that fill httpd's buffer, or are larger";
is GET($server->url('/late'))->header('X-Late'), undef, 'but not afterwards';

# Three times, because the first request of a child is slower than the others.
for my $way ('broken', 'denied', 'headed', "sent?$site/writing.py", 'filtered') {
    for (1 .. 3) {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1:' . $server->port) or die "no connection: $!";
        print $socket "GET /$way HTTP/1.1\r\nHost: a\r\n\r\n";
        my $answer = rest_of($socket);
        like $answer, qr/\AHTTP\S+ 200 .*\r\n\r\n/s, "$way: what has been written is sent";
        unlike $answer, qr/DOCTYPE|\r\n0\r\n\r\n\z/, 'and neither a page nor an end follows what has failed';
    }
}
like rest_of(asked('/refused')), qr/\AHTTP\S+ 200 (?:(?!HTTP).)*\r\n\r\na<!DOCTYPE/s, 'after an error that is returned too late its page follows';
is GET($server->url('/inner'))->content, "[ab\xC3\xA9]", 'the pieces of a sub-request stand between those of the main one';
is GET($server->url('/pieces'))->content, "ab\xC3\xA9", 'the child goes on';

done_testing;
