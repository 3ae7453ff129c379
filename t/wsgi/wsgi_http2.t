# A response over HTTP/2 that has arrived completely does not count as a client that has gone, even if close() is called
# after its end.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Config qw(mpm);
use PyHook::Server;
use PyHook::Test;
use PyHook::Tls;

plan mpm() eq 'prefork' ? (skip_all => 'mod_http2 does not support prefork') : (tests => 16);

my $server = PyHook::Server->new(children => 1);
make_certificate($server->{root});
$server->with_conf(<<"CONF" . tls_host($server->port + 1, <<'HOST'))->start;
LogFormat "%U %X" closing
CustomLog "$server->{root}/closing" closing
PyHookLogTransaction wsgi_http2:log
PyHookWSGIAlias /wsgi wsgi_http2:application
<Location /handler>
    PyHookHandler wsgi_http2:handler
</Location>
CONF
    Protocols h2 http/1.1
HOST

sub closing { open my $log, '<', "$server->{root}/closing" or die $!; local $/; return <$log> }

my $url = 'https://127.0.0.1:' . ($server->port + 1);
my %asked = ('wsgi/close' => 100, 'wsgi/list' => 100, 'wsgi/lingering' => 10, handler => 100);
for my $path (sort keys %asked) {
    my $answer = `curl -sk --http2 --max-time 60 '$url/$path?[1-$asked{$path}]'`;
    is $answer, 'one two' x $asked{$path}, "$path: $asked{$path} answers arrive whole";
    my @logged;
    until_true { @logged = closing() =~ m{^/\Q$path\E (.)$}mg; @logged == $asked{$path} };
    is_deeply \@logged, [('-') x $asked{$path}], 'of which %X says so';
    my @seen;
    until_true { @seen = $server->error_log =~ m{logged /\Q$path\E (\w+)}g; @seen == $asked{$path} };
    is_deeply \@seen, [('False') x $asked{$path}], 'as do log callables';
}
is_deeply [$server->error_log =~ /.*the client has gone.*/g], [], 'and no client has gone';

system "curl -skN --http2 --max-time 30 $url/wsgi/endless 2>/dev/null | head -c 5000 >/dev/null";
my $left = qr{^/wsgi/endless (.)$}m;
until_true { closing() =~ $left };
like closing(), qr{^/wsgi/endless X$}m, 'one that leaves before the end has gone to %X';
like $server->log_when(qr{logged /wsgi/endless}), qr{logged /wsgi/endless True}, 'and to a log callable';
like $server->log_when(qr{the client has gone}), qr{the client has gone}, 'and to the log';
