# The cost of a small page, counted over a thousand requests on one connection.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use IO::Socket::INET;
use JSON::PP qw(decode_json);
use PyHook::Config qw(mpm top);
use PyHook::Test;

use constant REQUESTS => 1000;

plan tests => 13;

my $conf = "MaxKeepAliveRequests 0\nEnableSendfile On\n" . join '', map { "PyHookWSGIAlias /$_ wsgi_counts:$_\n" } qw(counts pieces generator file hello);

sub connection {
    my ($server) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->port, Timeout => 20) or die "connect: $@";
    $socket->autoflush;
    return $socket;
}

# The body of the answer to one request; the connection stays.
sub ask {
    my ($socket, $path) = @_;
    print $socket "GET $path HTTP/1.1\r\nHost: localhost\r\n\r\n";
    my $length;
    while (my $line = <$socket>) {
        $length = $1 if $line =~ /^Content-Length: (\d+)/;
        last if $line eq "\r\n";
    }
    read $socket, my $body, $length // die "no length in the answer to $path\n";
    return $body;
}

sub ask_many {
    my ($socket, $times, $path) = @_;
    for (1 .. $times) {
        my $body = ask($socket, $path // '/hello');
        die "a wrong answer: $body\n" unless $body eq 'Hello World!';
    }
}

# A server whose calls go through the preloaded library.
sub counting_server {
    my ($library) = @_;
    local $ENV{LD_PRELOAD} = $library;
    return PyHook::Server->new(conf => $conf, children => 1)->start;
}

# The calls of this many requests, and of one that asks for the counts.
sub counted_calls {
    my ($socket, $path) = @_;
    ask_many($socket, 100, $path);
    my $before = decode_json(ask($socket, '/counts'));
    ask_many($socket, REQUESTS, $path);
    my $after = decode_json(ask($socket, '/counts'));
    return map { $_ => $after->{$_} - $before->{$_} } keys %$after;
}

# Lines of strace: the children's system calls between two requests that are recognised by their paths.
sub system_calls {
    my ($trace) = @_;
    my $server = PyHook::Server->new(conf => $conf, children => 1, under => ['strace', '-D', '-f', '-o', $trace])->start;
    my $socket = connection($server);
    ask_many($socket, 100);
    ask($socket, '/hello/begin');
    ask_many($socket, REQUESTS);
    ask($socket, '/hello/end');
    my $parent = $server->parent_pid;
    undef $server;
    open my $lines, '<', $trace or die "$trace: $!";
    return grep { /"GET \/hello\/begin / ... /"GET \/hello\/end / and !/^$parent / && !/resumed>|--- |\+\+\+ / } <$lines>;
}

sub counted_by_name {
    my %count;
    $count{/^\d+ +(\w+)/ ? $1 : $_}++ for @_;
    return join ' ', map { "$_:$count{$_}" } sort { $count{$b} <=> $count{$a} } keys %count;
}

SKIP: {
    skip 'a sanitizer has calls of its own', 13 if $ENV{PYHOOK_UNDER};

    my $library = top() . "/t/logs/wsgi_counts-$$.so";
    my $compiled = system 'cc', '-shared', '-fPIC', '-O2', '-o', $library, top() . '/t/wsgi/wsgi_counts.c', '-ldl';
    SKIP: {
        skip 'no C compiler, to make what counts', 10 if $compiled;
        my $server = counting_server($library);
        my $socket = connection($server);
        my %calls = counted_calls($socket, '/hello');
        is $calls{attach}, REQUESTS + 1, 'a request attaches once';
        is $calls{import}, 0, 'it imports nothing';
        is $calls{send}, REQUESTS + 1, 'one call sends it';
        my $strings = $calls{string} / REQUESTS;
        cmp_ok $strings, '<=', 20, 'it makes few strings';
        cmp_ok $strings, '>', 0, 'which are counted';
        %calls = counted_calls($socket, '/pieces');
        is $calls{attach}, REQUESTS + 1, 'a tuple of pieces attaches once';
        is $calls{send}, REQUESTS + 1, 'and is sent at once';
        my $sends = { counted_calls($socket, '/generator') }->{send};
        mpm() eq 'prefork'
            ? is $sends, 2 * REQUESTS + 1, "a generator's pieces are sent one by one"
            : cmp_ok $sends, '<', 2 * REQUESTS, "a generator's pieces go out together";
        my $before = decode_json(ask($socket, '/counts'))->{file};
        like ask($socket, '/file'), qr/^"""A small page, and .*json\.dumps/s, 'file_wrapper sends a file';
        is decode_json(ask($socket, '/counts'))->{file} - $before, 1, 'by one call of sendfile';
    }

    skip 'strace is not installed, or may trace nobody', 3 if system 'strace -D -f -o /dev/null true 2>/dev/null';
    # How often httpd's threads wait for each other when they hand on a connection depends on what else the machine
    # does. Under prefork, with one thread, a futex would be ours.
    my @calls = grep { mpm() eq 'prefork' || !/ futex\(/ } system_calls(top() . "/t/logs/wsgi_counts-$$.trace");
    my $each = @calls / (REQUESTS + 1);
    cmp_ok $each, '<=', mpm() eq 'prefork' ? 12 : 9, 'a request makes few system calls' or diag counted_by_name(@calls);
    cmp_ok $each, '>', 2, 'which are counted';
    is scalar(grep { /^\d+ +(?:writev|sendmsg|sendfile)\(/ } @calls), REQUESTS + 1, 'one of them sends it';
}
