# How environ shows a request that has a header in several lines, or a whole URL.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 5;

# The environ that wsgi_mount:show shows.
sub environ {
    return map { /^([^=]+)=(.*)/ ? ($1 => $2) : () } split /\n/, GET_BODY(@_);
}

my %shown = environ('/wsgi-headers', 'X-Test' => 'zero', Cookie => 'a=1', Accept => 'a/a', 'User-Agent' => 'test');
is $shown{HTTP_X_TEST}, "'zero, one, two'", 'a header in several lines is one value';
is $shown{HTTP_COOKIE}, "'a=1; b=2'", 'cookies by semicolons';
is $shown{HTTP_ACCEPT}, "'a/a, b/b'", 'what is kept for the next request, too';
%shown = environ('/wsgi-headers', Accept => 'a/a');
is $shown{HTTP_ACCEPT}, "'a/a, b/b'", 'which gets its own';

like raw_request("GET http://localhost/wsgi-headers/x?y HTTP/1.0\r\n\r\n"),
    qr{^REQUEST_URI='http://localhost/wsgi-headers/x\?y'\n.*^PATH_INFO='/x'\n}ms, 'REQUEST_URI of a whole URL is what CGI gets';
