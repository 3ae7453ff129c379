# conf/examples/access-log.conf as it is shipped, with Debian's log directory, in which httpd may write but its children
# may not.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_RC);
use JSON::PP qw(decode_json);
use PyHook::Config qw(new_directory top);
use PyHook::Example;
use PyHook::Server;
use PyHook::Test;

my $example = PyHook::Example::read_file(top() . '/conf/examples/access-log.conf');

# The example's server and log directory. Debian's start script defines the directory's name.
sub server_of {
    my ($text) = @_;
    my $logs = new_directory('logs');
    chmod 0700, $logs;
    my $conf = sprintf <<'CONF', $logs, top(), $text;
Define APACHE_LOG_DIR "%s"
PyHookPath "%s/conf/demo/site"
%s
# Debian's site has a log of its own, too, and httpd then uses no CustomLog of the main server.
<VirtualHost *:@port@>
    CustomLog ${APACHE_LOG_DIR}/access.log "%%r"
</VirtualHost>
CONF
    return (PyHook::Server->new(children => 1, conf => $conf)->start, $logs);
}

# The objects in the files of this name, once there is one for each path.
sub objects {
    my ($pattern, @paths) = @_;
    return until_true {
        my @lines = map { split /\n/, PyHook::Example::read_file($_) } glob $pattern;
        @lines >= @paths ? [map { decode_json($_) } @lines] : undef;
    };
}

plan tests => 7;

my ($server, $logs) = server_of($example);
is GET_RC($server->url('/index.html?a="b\\')), 200, 'a page';
objects("$logs/access.json", 1); # another thread may log the next request before this one
is GET_RC($server->url('/no%0Asuch%C3%A9page')), 404, 'and none';
my $objects = objects("$logs/access.json", 1, 2);
is $objects->[0]{request}, 'GET /index.html?a=%22b%5C HTTP/1.1', 'each is a line of JSON';
is_deeply [map { $_->{status} } @$objects], [200, 404], 'with its status';
ok !(grep { $_->{client} ne '127.0.0.1' || $_->{seconds} < 0 } @$objects), 'its client, and how long it took';
unlike $server->error_log, qr/PYHOOK/, 'nothing is wrong';

my ($piped, $rotated) = server_of($example =~ s/^GlobalLog .*//mr =~ s/^#(?=GlobalLog)//mr);
GET $piped->url('/index.html');
is objects("$rotated/access.*.json", 1)->[0]{status}, 200, 'rotatelogs gets it, too';
