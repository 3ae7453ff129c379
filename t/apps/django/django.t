# Django's admin: log in, add an object, upload a file, with SQLite; the same under WSGI and under ASGI.
use strict;
use warnings;

use POSIX ();
use Test::More;

use PyHook::Application;
use PyHook::Config qw(top);
use PyHook::Test;

require(top() . '/t/apps/django/Admin.pm');
Admin->import;

my $django = PyHook::Application->new('django', modules => ['django'], commands => ['curl']);
make_site($django, 'attic.settings');
$django->start;

plan tests => 3 + admin_tests();

# Settings are read once: the first application that is loaded keeps the child's time zone.
like $django->curl('/zoned/admin/login/'), qr/^HTTP\/1\.1 200 .*Django administration/s, 'an application that leaves the time zone alone';
my $loaded = time;
until_true { time > $loaded }; # httpd keeps the text of the current second
$django->curl('/zoned/admin/login/');
my $zones = until_true { (PyHook::Application::read_file($django->place('zone.log')) =~ /^(\S+)\n(\S+)\n/)[1] };
is $zones, POSIX::strftime('%z', localtime), 'and the log has the zone of the server';

use_admin($django);
is $django->errors, '', 'no error was logged';
