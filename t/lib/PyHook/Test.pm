# Tools for test files beside Apache::Test: refused configurations, the error log, raw bytes, curl.
package PyHook::Test;

use strict;
use warnings;

use Apache::Test ();
use Apache::TestRequest ();
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use IO::Select;
use IO::Socket::INET;
use Test::More ();
use Time::HiRes qw(sleep time);

use PyHook::Config qw(patience);
use PyHook::Server;

our @EXPORT = qw(answer_from ballast becomes body_when config_test crashed_or_late curl ends_interpreters error_log_since has_no_gil keeps_what_was_freed memory_tells
    raw_request replace_file starts_slowly until_true);
our @EXPORT_OK = qw(write_file);

# (exit status, output) of httpd's check of a configuration: the base configuration and this text; further arguments go
# to PyHook::Server.
sub config_test {
    my ($text, %how) = @_;
    return PyHook::Server->new(conf => $text, %how)->config_test;
}

# error_log_since { GET '/x' } qr/PYHOOK0012/: the entries that the suite's server logged meanwhile. Some are written
# after the answer was sent, so this waits for the pattern, and until the log is quiet: an entry has many lines.
sub error_log_since(&;$) {
    my ($block, $pattern) = @_;
    my $path = Apache::Test::vars('t_logs') . '/error_log';
    my $start = -s $path // 0;
    $block->();
    my $is_quiet = _quiet_for(0.15);
    return $pattern
        ? _log_when($path, $start, patience(), sub { $is_quiet->($_[0]) && $_[0] =~ $pattern })
        : _log_when($path, $start, 2, $is_quiet);
}

# Does a process's size mean anything? The sanitizers and Valgrind keep freed memory.
sub memory_tells { !$ENV{PYHOOK_UNDER} }

# Under Valgrind a child takes seconds to start and to end.
sub starts_slowly { ($ENV{PYHOOK_UNDER} // '') eq 'memcheck' }

# The log of a child that crashed, that was still there when it should have ended, or that gave up what it waited for.
# Only a crash means something where everything takes long.
sub crashed_or_late {
    return starts_slowly() ? qr/exit signal/ : qr/exit signal|AH0004[56]|PYHOOK0009|PYHOOK0012/;
}

# The version of the Python that the module is linked with.
sub has_no_gil { `python3 -c 'import sys; print("t" in sys.abiflags)'` =~ /True/ }

# Before 3.13 a replaced interpreter stays until its child ends: its end would harm the others.
sub ends_interpreters { `python3 -c 'import sys; print(sys.version_info >= (3, 13))'` =~ /True/ }

# AddressSanitizer does, and CPython without a GIL when an interpreter ends.
sub keeps_what_was_freed { ($ENV{PYHOOK_UNDER} // '') eq 'address' || has_no_gil() }

# A module that makes a child so large that a few interpreters more do not make it leave (PyHookReload), however slow the
# machine is.
sub ballast { "ballast = bytearray(b'x') * (256 << 20)\n" }

# Replaces a file's text at once, as an editor does.
sub replace_file {
    my ($path, $text) = @_;
    open my $file, '>', "$path.new" or die "$path.new: $!";
    print $file $text;
    close $file or die "$path.new: $!";
    rename "$path.new", $path or die "$path: $!";
}

# Also makes the directories that lead to it.
sub write_file {
    my ($path, $text) = @_;
    make_path(dirname($path));
    open my $file, '>:raw', $path or die "$path: $!";
    print $file $text;
    close $file or die "$path: $!";
}

# The value of the block once it is true; after the deadline, its value then.
sub until_true(&) {
    my ($condition) = @_;
    my $deadline = time + patience();
    while (1) {
        my $result = $condition->();
        return $result if $result || time > $deadline;
        sleep 0.05;
    }
}

# becomes { value('calls') } 3, 'a name': like `is`, but the block may have the expected value only after a while. What httpd
# and Python count, log or close at the end of a request, they may do when its client has the answer.
sub becomes(&$$) {
    my ($value, $expected, $name) = @_;
    my $now;
    until_true { $now = $value->(); defined $now && $now eq $expected };
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return Test::More::is($now, $expected, $name);
}

# The answer of a URL once it matches; after the deadline the answer then.
sub body_when {
    my ($url, $pattern) = @_;
    my $body;
    until_true { ($body = Apache::TestRequest::GET_BODY($url)) =~ $pattern };
    return $body;
}

sub _log_when {
    my ($path, $start, $seconds, $complete) = @_;
    my $deadline = time + $seconds;
    while (1) {
        my $text = _text_from($path, $start);
        return $text if $complete->($text) || time > $deadline;
        sleep 0.02;
    }
}

sub _quiet_for {
    my ($seconds) = @_;
    my ($length, $since) = (-1, time);
    return sub {
        ($length, $since) = (length $_[0], time) if length $_[0] != $length;
        return time - $since >= $seconds;
    };
}

sub _text_from {
    my ($path, $start) = @_;
    open my $file, '<', $path or die "$path: $!";
    seek $file, $start, 0;
    local $/;
    return <$file> // '';
}

# The bytes that a server sends back for these bytes, until it closes the connection or sends nothing for the timeout
# (seconds); the first byte may take longer, unless a timeout is given. Asks the main server unless a port is given;
# half_close ends our side after sending.
sub raw_request {
    my ($bytes, %how) = @_;
    my $socket = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1',
        PeerPort => $how{port} // Apache::Test::vars('port'),
    ) or die "connect: $@";
    local $SIG{PIPE} = 'IGNORE';
    $socket->autoflush;
    print $socket $bytes;
    $socket->shutdown(1) if $how{half_close};
    return answer_from($socket, $how{timeout}) if $how{timeout};
    my ($answer, $select) = ('', IO::Select->new($socket));
    while ($select->can_read($answer eq '' ? patience() : 5)) { sysread $socket, $answer, 65_536, length $answer or last }
    return $answer;
}

# The bytes that come from a socket in this many seconds.
sub answer_from {
    my ($socket, $seconds) = @_;
    my ($answer, $deadline) = ('', time + $seconds);
    my $select = IO::Select->new($socket);
    while ((my $left = $deadline - time) > 0) {
        next unless $select->can_read($left);
        last unless sysread $socket, $answer, 65_536, length $answer;
    }
    return $answer;
}

# (exit status, head and body) of curl; a word that starts with a slash is a path of the main server.
sub curl {
    my $host = Apache::TestRequest::hostport();
    my @words = map { m{^/} ? "http://$host$_" : $_ } @_;
    open my $output, '-|', 'curl', '-sSi', '--max-time', 30, @words or die "curl: $!";
    local $/;
    my $answer = <$output> // '';
    close $output;
    return ($? >> 8, $answer);
}

1;
