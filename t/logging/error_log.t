# error_log: every entry of a server's error log, and protection from entries that the callable itself logs.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use JSON::PP;
use PyHook::Test;
use Time::HiRes qw(sleep time);

plan tests => 45;

my $logs = Apache::Test::vars('t_logs');

sub read_file {
    my ($path) = @_;
    open my $file, '<', $path or return '';
    local $/;
    return <$file> // '';
}

# The kept entries with this message, oldest first; waits for the first one.
sub kept {
    my ($pattern, $path) = @_;
    my $deadline = time + 60;
    while (1) {
        my @found = grep { $_->{message} =~ $pattern }
            map { decode_json($_) } grep { /\n\z/ } split /^/, read_file($path // "$logs/entries");
        return @found if @found || time > $deadline;
        sleep 0.02;
    }
}

sub get { GET 'http://127.0.0.1:' . Apache::Test::config()->port($_[1] // 'errorlog') . $_[0] }

is get('/say?hello')->content, "handler True\n", 'the handler goes on as if nothing had happened';
my ($entry) = kept(qr/^hello$/);
is $entry->{level}, 'warn', 'an entry of Python: its level';
is $entry->{module}, 'pyhook', 'its module';
is $entry->{method}, 'GET', 'its method';
is $entry->{uri}, '/say?hello', 'its URI';
is $entry->{uri_of_request}, '/say?hello', 'its request';
is $entry->{seen}, 'by the handler', 'which the handler has seen, too';
is $entry->{client_ip}, '127.0.0.1', 'its client';
like $entry->{log_id}, qr/\S/, 'its id';
like $entry->{server}, qr{/entries$}, 'its server';
is $entry->{interpreter}, 'main', 'its interpreter';
is scalar(kept(qr/^hello$/)), 1, 'and it comes once';

is get('/%2f')->code, 404, 'an error of httpd itself';
($entry) = kept(qr/%2f/);
is $entry->{module}, 'core', 'its module';
is $entry->{uri}, '/%2f', 'its URI';
like $entry->{message}, qr/^AH\d+: found %2f/, 'its message, with the code';
like $entry->{file}, qr/request\.c$/, 'its source file';
ok $entry->{line} > 0, 'and line';

($entry) = kept(qr/^a client$/);
is $entry->{method}, undef, 'a connection has no request';
is $entry->{client_ip}, '127.0.0.1', 'but a client';
is $entry->{level}, 'notice', 'and a level';

is get('/say?echo')->code, 200, 'what the callable logs disturbs nobody';
my @echoed = kept(qr/^echo$/);
is scalar(@echoed), 1, 'nor does it come back';
my $log = read_file("$logs/error_log_hook") . read_file("$logs/error_log");
for my $way ('pyhook.log', 'logging', 'print', 'server', 'request', 'connection') {
    is scalar(() = $log =~ /inside: \Q$way\E/g), 1, "$way: it is logged once";
}
ok !grep({ $_->{message} =~ /inside|is imported/ } kept(qr/./)), 'and no callable gets it';

for (['fail', qr/RuntimeError: no room for entries/], ['exit', qr/SystemExit: 3/], ['send', qr/RuntimeError: .* one of the error log none/],
    ['read', qr/RuntimeError: .* a callable of the error log and/]) {
    my ($how, $error) = @$_;
    my $before = length read_file("$logs/error_log_hook");
    my $answer = get("/say?$how");
    is $answer->code, 200, "$how: an exception disturbs nobody";
    unlike $answer->content, qr/inside/, "$how: nor the answer";
    like substr(read_file("$logs/error_log_hook"), $before),
        qr/PYHOOK0005: error_log error_log:misbehave raised .*$error/s, "$how: and is logged";
}

is get('/unwinding')->content, "division by zero\n", 'an exception on its way is kept';

get('/x', 'errorlogabsent');
is scalar(kept(qr/./, "$logs/entries-absent")) > 0, 1, 'a callable that is not there keeps no other from its entries';
my ($status, $output) = config_test("<Location />\nPyHookErrorLog error_log:keep\n</Location>");
like $output, qr/PyHookErrorLog not allowed in <Location> context/, 'a location has no error log';
