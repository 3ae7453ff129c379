# http_scheme and default_port: the form of URLs that point to the server.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my %wrong_scheme = (
    raise  => qr/PYHOOK0005: http_scheme own_urls:scheme raised .*RuntimeError: no scheme/s,
    error  => qr/PYHOOK0005: http_scheme own_urls:scheme raised .*HTTPError/s,
    number => qr/PYHOOK0006: http_scheme own_urls:scheme returned 5 of type int: expected the scheme of a URL/,
    'a b'  => qr/PYHOOK0006: http_scheme own_urls:scheme returned 'a b'/,
    '1x'   => qr/PYHOOK0006: http_scheme own_urls:scheme returned '1x'/,
);
my @wrong_port = qw(text true zero huge minus float);

plan tests => 9 + 2 * keys(%wrong_scheme) + 2 * @wrong_port;

my $url = 'http://127.0.0.1:' . Apache::Test::config()->port('ownurls');

sub ask { GET "$url/page", Host => 'shop.example:443', @_ }

is ask()->content, "http://shop.example:443/x handler\n", 'None leaves both to httpd';
is ask('X-Scheme' => 'https', 'X-Port' => 443)->content, "https://shop.example/x handler\n", 'behind a proxy';
is ask('X-Scheme' => 'wss')->content, "wss://shop.example:443/x handler\n", 'the scheme';
is ask('X-Port' => 443)->content, "http://shop.example/x handler\n", 'the port';
is ask('X-Scheme' => 'inside')->content, "in+http://shop.example:443/x handler\n", 'a callable that asks httpd gets the answer of httpd';
my $away = GET "$url/away", Host => 'shop.example:443', 'X-Scheme' => 'https', 'X-Port' => 443, redirect_ok => 0;
is $away->header('Location'), 'https://shop.example/there', 'other modules see it, too';

for my $wrong (sort keys %wrong_scheme) {
    my $answer;
    my $log = error_log_since { $answer = ask('X-Scheme' => $wrong)->content } $wrong_scheme{$wrong};
    is $answer, "http://shop.example:443/x handler\n", "$wrong: the scheme of httpd";
    like $log, $wrong_scheme{$wrong}, 'and the log says why';
}
for my $wrong (@wrong_port) {
    my $answer;
    my $log = error_log_since { $answer = ask('X-Port' => $wrong)->content } qr/PYHOOK/;
    is $answer, "http://shop.example:443/x handler\n", "$wrong: the port of httpd";
    like $log, qr/PYHOOK0006: default_port own_urls:port returned .* expected a port from 1 to 65535/, 'and the log says why';
}

for my $directive (qw(PyHookHttpScheme PyHookDefaultPort)) {
    my ($status, $output) = config_test("<Location />\n$directive own_urls:scheme\n</Location>");
    like $output, qr/$directive not allowed in <Location> context/, 'it is for a whole server';
}
is +(config_test("<VirtualHost *:1>\nPyHookHttpScheme none\n</VirtualHost>"))[0], 0, 'none is a word, too';
