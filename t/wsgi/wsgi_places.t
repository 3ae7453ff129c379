# Where a mount serves if others take part: <If>, <Files>, mod_dir, mod_mime, and another mount.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Config qw(top);
use PyHook::Test;

# The environ that wsgi_mount:show shows.
sub environ {
    my ($answer) = @_;
    return map { /^([^=]+)=(.*)/ ? ($1 => $2) : () } split /\n/, $answer->content;
}
sub place {
    my %environ = environ(@_);
    return join ' ', map { $_ // 'none' } @environ{qw(SCRIPT_NAME PATH_INFO)};
}

my @directory = ([GET => ''], [GET => '/'], [GET => '/sub'], [POST => '/sub'], [POST => '/sub/'], [GET => '/index.html'], [GET => '/no/such']);

plan tests => 2 + @directory + 4 + 3;

is place(GET '/wsgi-if/x', 'X-If' => 'yes'), "'/wsgi-if' '/x'", '<If> in a <Location> stands where that does';
is place(GET '/wsgi-if-below/unlisted.txt'), "'/wsgi-if-below' '/unlisted.txt'", 'and so does <Files> in a <Directory>';

for (@directory) {
    my ($method, $below) = @$_;
    my $answer = $method eq 'GET' ? GET "/wsgi-directory$below" : POST "/wsgi-directory$below", content => 'x';
    is place($answer), "'/wsgi-directory' '$below'", "$method $below of a directory that mod_dir would serve";
}

my $mounted = '"' . top() . '/t/wsgi/mounted.wsgi"';
for my $handler ('wsgi-script', 'cgi-script') {
    my $server = PyHook::Server->new(conf => "AddHandler $handler .wsgi\nPyHookWSGIAlias /file $mounted")->start;
    unlike GET_BODY($server->url('/file')), qr/start_response/, "AddHandler $handler: no source is served";
    like GET_BODY($server->url('/file/x')), qr{\|/x }, 'but the application answers';
}

my $server = PyHook::Server->new(conf => <<"CONF")->start;
PyHookWSGI wsgi_mount:show
PyHookWSGIAlias /alias wsgi_mount:context
<LocationMatch ^/alias/[0-9]+>
    PyHookWSGI wsgi_mount:make_show()
</LocationMatch>
CONF
is GET_BODY($server->url('/alias/x')), '0', 'an alias is meant rather than what serves the rest';
is place(GET $server->url('/other')), "'' '/other'", 'which goes on serving it';
is place(GET $server->url('/alias/12')), "'' '/alias/12'", 'a section is meant rather than the alias';
