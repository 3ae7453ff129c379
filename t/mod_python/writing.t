# req.write: pieces go out together where the handler does nothing between them, in their order, and never too late.
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
@{[map { "<Location /$_>\nPythonHandler writing::$_\n</Location>\n" } qw(pieces mixed late broken refused inner)]}
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
is GET($server->url('/late'))->header('X-Late'), undef, 'but not afterwards';

like rest_of(asked('/broken')), qr/\AHTTP\S+ 200 (?:(?!HTTP).)*\r\n\r\na\z/s, 'after an exception the response ends where it is';
like rest_of(asked('/refused')), qr/\AHTTP\S+ 200 (?:(?!HTTP).)*\r\n\r\na<!DOCTYPE/s, 'after an error that is returned too late its page follows';
is GET($server->url('/inner'))->content, "[ab\xC3\xA9]", 'the pieces of a sub-request stand between those of the main one';
is GET($server->url('/pieces'))->content, "ab\xC3\xA9", 'the child goes on';

done_testing;
