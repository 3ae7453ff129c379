# Django's admin: log in, add an object, upload a file, with SQLite.
use strict;
use warnings;

use POSIX ();
use Digest::SHA qw(sha1_hex);
use Test::More;

use PyHook::Application;
use PyHook::Test;

my $django = PyHook::Application->new('django', modules => ['django'], commands => ['curl']);
$django->set_environment(
    DJANGO_SETTINGS_MODULE    => 'attic.settings',
    ATTIC_PLACE               => $django->place,
    DJANGO_SUPERUSER_PASSWORD => 'very secret',
);
$django->succeeds(qw(python3 -m django migrate --run-syncdb --verbosity 0));
$django->succeeds(qw(python3 -m django createsuperuser --noinput --username anna --email anna@example.org));
$django->start;

plan tests => 18;

# A form's hidden token: the admin accepts no form without it.
sub token { ($django->curl($_[0]) =~ /name="csrfmiddlewaretoken" value="(\w+)"/)[0] // 'none' }

sub add {
    my ($name, @more) = @_;
    my $form = '/attic/admin/attic/thing/add/';
    return $django->curl($form, '-F', 'csrfmiddlewaretoken=' . token($form), '-F', "name=$name", @more);
}

# Settings are read once: the first application that is loaded keeps the child's time zone.
like $django->curl('/zoned/admin/login/'), qr/^HTTP\/1\.1 200 .*Django administration/s, 'an application that leaves the time zone alone';
my $loaded = time;
until_true { time > $loaded }; # httpd keeps the text of the current second
$django->curl('/zoned/admin/login/');
my $zones = until_true { (PyHook::Application::read_file($django->place('zone.log')) =~ /^(\S+)\n(\S+)\n/)[1] };
is $zones, POSIX::strftime('%z', localtime), 'and the log has the zone of the server';

my $login = '/attic/admin/login/?next=/attic/admin/';
like $django->curl('/attic/admin/'),
    qr{^HTTP/1.1 302 .*^Location: /attic/admin/login/\?next=/attic/admin/$}ms, 'who is not logged in is sent there';
like $django->curl('/attic/static/admin/css/base.css'),
    qr{200 OK.*text/css.*DJANGO Admin}s, 'httpd serves the static files';
my @anna = ('--data-urlencode', 'username=anna', '--data-urlencode', 'password=very secret');
like $django->curl($login, @anna), qr{^HTTP/1.1 403 }, 'a form without its token is refused';
like $django->curl($login, @anna, '-d', 'csrfmiddlewaretoken=' . token($login)),
    qr{^HTTP/1.1 302 .*^Set-Cookie:\s+csrftoken=.*^Set-Cookie:\s+sessionid=.*HttpOnly}ms, 'the login sets both cookies';
like $django->curl('/attic/admin/'),
    qr{200 OK.*Welcome,\s*<strong>anna</strong>.*/attic/admin/attic/thing/add/}s, 'and holds';

like add('old chair'), qr{^HTTP/1.1 302 .*^Location: /attic/admin/attic/thing/$}ms, 'an object is added';
like $django->curl('/attic/admin/attic/thing/'), qr/was added successfully.*old chair/s, 'and listed';

my $picture = join '', map { chr } map { ($_ * 7919 >> 3) & 255 } 1 .. 1_000_000;
$django->write_file('lamp.png', $picture);
my @upload = ('-F', 'picture=@' . $django->place('lamp.png') . ';type=image/png');
for my $how (['lamp', 'with its length'], ['torch', 'in chunks', '-H', 'Transfer-Encoding: chunked']) {
    my ($name, $said, @more) = @$how;
    like add($name, @upload, @more), qr{^HTTP/1.1 302 }m, "a file is uploaded $said";
    like $django->curl('/attic/admin/attic/thing/'), qr/was added successfully.*\b$name\b/s, 'and its object listed';
    like $django->curl('-I', "/attic/picture/$name"),
        qr{200 OK.*^Content-Length: 1000000$}ms, 'FileResponse tells its length';
    is sha1_hex($django->download("/attic/picture/$name")), sha1_hex($picture), 'and sends every byte of it';
}
is $django->errors, '', 'no error was logged';
