# generate_log_id: the callable's ids in the error log, in the access log and in Python.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;
use Time::HiRes qw(sleep time);

my @refused = map { 'hex:' . unpack 'H*', $_ } '', 'a b', "a\nb", "a\0b", "\xc3\xa4", 'x' x 129;

plan tests => 15 + 2 * @refused;

sub id_for {
    my ($wanted, $host) = @_;
    return GET_BODY 'http://127.0.0.1:' . Apache::Test::config()->port($host // 'logid') . '/', 'X-Id' => $wanted;
}

sub read_log {
    my ($name) = @_;
    open my $file, '<', Apache::Test::vars('t_logs') . "/$name" or return '';
    local $/;
    return <$file> // '';
}

sub eventually {
    my ($name, $pattern) = @_;
    my $deadline = time + 60;
    sleep 0.02 until read_log($name) =~ $pattern || time > $deadline;
    return read_log($name);
}

is id_for('mine-1'), "mine-1\n", 'the id is the one that Python gives';
like read_log('error_log_ids'), qr/^conn=connection-\d+ req=mine-1 shown$/m, 'in the error log, and the connection has one, too';
like eventually('access_log_ids', qr/^mine-1 mine-1$/m), qr/^mine-1 mine-1$/m, 'in the access log';
is id_for('x' x 128), 'x' x 128 . "\n", 'it may be long';
like id_for('none'), qr/^[\w@-]{8,}$/, 'None leaves it to httpd';
is id_for('logging'), "logging\n", 'a callable that logs does not call itself';
like read_log('error_log_ids'), qr/ req=[\w@-]{8,} logged inside$/m, 'what it logs has an id of httpd';

for my $how ('raise', 'number') {
    like id_for($how), qr/^[\w@-]{8,}$/, "$how: httpd makes one";
}
like read_log('error_log_ids'), qr/PYHOOK0005: generate_log_id log_id:make raised .*RuntimeError: no idea/s, 'an exception is logged';
like read_log('error_log_ids'), qr/TypeError: expected str, not int/, 'so is a wrong type';
for my $text (@refused) {
    my $before = length read_log('error_log_ids');
    like id_for($text), qr/^[\w@-]{8,}$/, "$text: httpd makes one";
    like substr(read_log('error_log_ids'), $before),
        qr/ValueError: an id has 1 to 128 ASCII characters, none of them a space/, 'and the log says why';
}
my ($id) = map { chomp; $_ } id_for('raise');
like read_log('error_log_ids'), qr/ req=\Q$id\E PYHOOK0005/, 'the entry of the failure has the same id as the request';

like id_for('mine-2', 'logidabsent'), qr/^[\w@-]{8,}$/, 'a callable that is not there: httpd makes one';
my $log = read_log('error_log');
like $log, qr/PYHOOK0004: generate_log_id log_id:nothing can't be called/, 'and the log said so when the child started';
my ($status, $output) = config_test('PyHookGenerateLogId ids');
like $output, qr/PyHookGenerateLogId: 'ids' is not module:callable/, 'no callable: refused';
