# Django under ASGI: the admin as under WSGI, and views that are coroutines.
use strict;
use warnings;

use Test::More;

use PyHook::Application;
use PyHook::Config qw(mpm top);

require(top() . '/t/apps/django/Admin.pm');
Admin->import;

my $django = PyHook::Application->new('django_asgi', modules => ['django', 'asgiref'], commands => ['curl']);
$django->set_environment(PYTHONPATH => join ':', map { top() . "/t/apps/$_" } qw(django_asgi django));
make_site($django, 'yard.settings');
$django->start("StartServers 1\nMaxRequestWorkers " . (mpm() eq 'prefork' ? 1 : 25) . "\nServerLimit 1\n");

plan tests => admin_tests('ASGI') + 7;

use_admin($django, 'ASGI');

like $django->curl('/attic/things'),
    qr{\n\n\{"names": \["old chair", "lamp"\], "root": "/attic/things", "script": "/attic"\}$}, 'a coroutine reads the database';
like $django->curl('/attic/plain'), qr{\n\nFalse$}, 'a plain view runs in a thread';
my $numbers = join '', map { "$_\n" } 0 .. 999;
is $django->download('/attic/stream'), $numbers, 'a stream of a plain iterator';
SKIP: {
    skip 'a prefork child serves one connection', 1 if mpm() eq 'prefork';
    my $url = $django->url('/attic/meet/4');
    is +($django->run('sh', '-c', "for i in 1 2 3 4; do curl -s --max-time 30 $url & done; wait"))[1], '4444', 'coroutines wait for each other';
}
my $advice = qr{^.*Warning: StreamingHttpResponse must consume synchronous iterators.*\n.*\n}m; # since Django 4.2, and its line
is $django->errors =~ s/$advice//r, '', 'no error was logged';
like $django->curl('/attic/broken'), qr{^HTTP/1.1 500 (?!.*yard)}s, 'an exception is a 500';
like $django->errors, qr{Internal Server Error: /attic/broken.*Traceback.*LookupError: nothing in the yard}s, 'and its traceback in the error log';
