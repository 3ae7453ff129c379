# What a user of the attic does in Django's admin: log in, add an object, upload a file.
package Admin;

use strict;
use warnings;

use Digest::SHA qw(sha1_hex);
use Exporter qw(import);
use Test::More;

our @EXPORT = qw(make_site use_admin admin_tests);

# The database, and a user who may do everything.
sub make_site {
    my ($django, $settings) = @_;
    $django->set_environment(
        DJANGO_SETTINGS_MODULE    => $settings,
        ATTIC_PLACE               => $django->place,
        DJANGO_SUPERUSER_PASSWORD => 'very secret',
    );
    $django->succeeds(qw(python3 -m django migrate --run-syncdb --verbosity 0));
    $django->succeeds(qw(python3 -m django createsuperuser --noinput --username anna --email anna@example.org));
}

# A form's hidden token: the admin accepts no form without it.
sub token { ($_[0]->curl($_[1]) =~ /name="csrfmiddlewaretoken" value="(\w+)"/)[0] // 'none' }

sub add {
    my ($django, $name, @more) = @_;
    my $form = '/attic/admin/attic/thing/add/';
    return $django->curl($form, '-F', 'csrfmiddlewaretoken=' . token($django, $form), '-F', "name=$name", @more);
}

# How many tests `use_admin` runs.
sub admin_tests { $_[0] ? 10 : 15 }

# Under ASGI Django reads a form only if it knows its length, and tells no length of a stored file.
sub use_admin {
    my ($django, $asgi) = @_;
    my $login = '/attic/admin/login/?next=/attic/admin/';
    like $django->curl('/attic/admin/'),
        qr{^HTTP/1.1 302 .*^Location: /attic/admin/login/\?next=/attic/admin/$}ms, 'who is not logged in is sent there';
    like $django->curl('/attic/static/admin/css/base.css'),
        qr{200 OK.*text/css.*DJANGO Admin}s, 'httpd serves the static files';
    my @anna = ('--data-urlencode', 'username=anna', '--data-urlencode', 'password=very secret');
    like $django->curl($login, @anna), qr{^HTTP/1.1 403 }, 'a form without its token is refused';
    like $django->curl($login, @anna, '-d', 'csrfmiddlewaretoken=' . token($django, $login)),
        qr{^HTTP/1.1 302 .*^Set-Cookie:\s+csrftoken=.*^Set-Cookie:\s+sessionid=.*HttpOnly}ms, 'the login sets both cookies';
    like $django->curl('/attic/admin/'),
        qr{200 OK.*Welcome,\s*<strong>anna</strong>.*/attic/admin/attic/thing/add/}s, 'and holds';

    like add($django, 'old chair'), qr{^HTTP/1.1 302 .*^Location: /attic/admin/attic/thing/$}ms, 'an object is added';
    like $django->curl('/attic/admin/attic/thing/'), qr/was added successfully.*old chair/s, 'and listed';

    my $picture = join '', map { chr } map { ($_ * 7919 >> 3) & 255 } 1 .. 1_000_000;
    $django->write_file('lamp.png', $picture);
    my @upload = ('-F', 'picture=@' . $django->place('lamp.png') . ';type=image/png');
    for my $how (['lamp', 'with its length'], ['torch', 'in chunks', '-H', 'Transfer-Encoding: chunked']) {
        my ($name, $said, @more) = @$how;
        next if $asgi && @more;
        like add($django, $name, @upload, @more), qr{^HTTP/1.1 302 }m, "a file is uploaded $said";
        like $django->curl('/attic/admin/attic/thing/'), qr/was added successfully.*\b$name\b/s, 'and its object listed';
        $asgi or like $django->curl('-I', "/attic/picture/$name"),
            qr{200 OK.*^Content-Length: 1000000$}ms, 'FileResponse tells its length';
        is sha1_hex($django->download("/attic/picture/$name")), sha1_hex($picture), 'and sends every byte of it';
    }
}

1;
