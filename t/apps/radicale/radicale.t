# Radicale behind httpd's Basic authentication: make a calendar, PUT an event, REPORT.
use strict;
use warnings;

use Digest::SHA qw(sha1_base64);
use Test::More;

use PyHook::Application;

my $radicale = PyHook::Application->new('radicale', modules => ['radicale'], commands => ['curl']);
$radicale->write_file('radicale.config', <<"CONFIG");
[logging]
level = error
[auth]
type = remote_user
[storage]
filesystem_folder = @{[$radicale->place('collections')]}
CONFIG
$radicale->write_file('users', join '', map { "$_:{SHA}" . sha1_base64("secret of $_") . "=\n" } qw(anna bert));
$radicale->start;

plan tests => 14;

# curl's answer for a method, a path and a body.
sub ask {
    my ($user, $method, $path, $body, @more) = @_;
    push @more, '--data-binary', '@' . $radicale->write_file('body', $body) if defined $body;
    return $radicale->curl('-u', "$user:secret of $user", '-X', $method, "/dav$path", @more);
}

my $event = <<'EVENT' =~ s/\n/\r\n/gr;
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//test//EN
BEGIN:VEVENT
UID:party
DTSTAMP:20260101T000000Z
DTSTART:20260714T180000Z
DTEND:20260714T230000Z
SUMMARY:A party in the garden
END:VEVENT
END:VCALENDAR
EVENT
my $between = <<'REPORT';
<?xml version="1.0"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
  <D:prop><D:getetag/><C:calendar-data/></D:prop>
  <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
    <C:time-range start="20260701T000000Z" end="20260801T000000Z"/>
  </C:comp-filter></C:comp-filter></C:filter>
</C:calendar-query>
REPORT

my @xml = ('-H', 'Content-Type: application/xml; charset=utf-8');
my @calendar = ('-H', 'Content-Type: text/calendar; charset=utf-8');
like $radicale->curl('-X', 'PROPFIND', '/dav/'),
    qr{^HTTP/1.1 401 .*^WWW-Authenticate: Basic realm="calendars"}ms, 'httpd asks who it is';
like $radicale->curl('-u', 'anna:wrong', '-X', 'PROPFIND', '/dav/'), qr{^HTTP/1.1 401 }, 'and checks the password';
like ask('anna', 'OPTIONS', '/'), qr{200 OK.*^DAV:.*calendar-access}ms, 'CalDAV is there';
like ask('anna', 'MKCALENDAR', '/anna/garden/'), qr{^HTTP/1.1 201 }, 'a calendar is made';
like ask('anna', 'PUT', '/anna/garden/party.ics', $event, @calendar), qr{^HTTP/1.1 201 .*^ETag: }ms, 'an event is put';
my $other = $event =~ s/party/other/gr =~ s/202607/202603/gr;
like ask('anna', 'PUT', '/anna/garden/other.ics', $other, @calendar, '-H', 'Transfer-Encoding: chunked'),
    qr{^HTTP/1.1 201 .*^ETag: }ms, 'another in chunks';
my $report = ask('anna', 'REPORT', '/anna/garden/', $between, @xml, '-H', 'Depth: 1');
like $report,
    qr{^HTTP/1.1 207 .*<href>/dav/anna/garden/party\.ics</href>.*SUMMARY:A party in the garden}s,
    'REPORT finds it, and knows the mount';
unlike $report, qr{other\.ics}, 'and not the one of another month';
like ask('anna', 'GET', '/anna/garden/party.ics'), qr{200 OK.*text/calendar.*SUMMARY:A party in the garden}s, 'GET';
like ask('anna', 'PROPFIND', '/anna/', undef, '-H', 'Depth: 1'), qr{^HTTP/1.1 207 .*/dav/anna/garden/}s, 'PROPFIND';
like ask('bert', 'GET', '/anna/garden/party.ics'), qr{^HTTP/1.1 403 }, 'another user may not see it';
like ask('anna', 'DELETE', '/anna/garden/party.ics'), qr{^HTTP/1.1 200 }, 'DELETE';
like ask('anna', 'GET', '/anna/garden/party.ics'), qr{^HTTP/1.1 404 }, 'and it is gone';
# From 3.5 on Radicale says at once that it will be silent, before it is.
unlike join("\n", grep { !/\[INFO\]|Logging level set to/ } split /\n/, $radicale->errors), qr/pyhook/, 'no error was logged';
