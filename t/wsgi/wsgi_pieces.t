# A body that comes in pieces: pieces that follow each other quickly are sent together, and pieces that have come are
# sent while the application makes the next.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use IO::Select;
use PyHook::Config qw(mpm);
use PyHook::Ports qw(claim_ports);
use PyHook::Server;
use PyHook::Test;
use PyHook::Tls;
use Time::HiRes qw(time);

my $applications = <<'CONF';
    PyHookWSGIAlias /wsgi wsgi_pieces:app
    PyHookWSGIAlias /filtered wsgi_pieces:app
    <Location /handler>
        PyHookHandler wsgi_pieces:handler
    </Location>
    <Location /filtered>
        SetOutputFilter PIECES
    </Location>
CONF
my $port = claim_ports();
my $server = PyHook::Server->new(conf => "PyHookOutputFilter PIECES wsgi_pieces:upper\n$applications"
        . tls_host($port, "    Protocols h2 http/1.1\n$applications"));
make_certificate($server->{root});
$server->start;

my @urls = map { ["http://127.0.0.1:" . $server->port . "/$_"], ["https://127.0.0.1:$port/$_", '--http1.1'] } qw(wsgi handler filtered);
push @urls, map { ["https://127.0.0.1:$port/$_", '--http2'] } qw(wsgi handler filtered) if mpm() ne 'prefork';

plan tests => @urls * 14 - grep({ "@$_" =~ /http2/ } @urls) + 5;

# The answer to a request that waits for a file: the part before the file was there, and the part after.
sub answer {
    my ($url, $name, $before) = @_;
    my $file = "$server->{root}/go-on-" . ++(our $count);
    my ($path, @how) = @$url;
    open my $client, '-|', 'curl', '-sN', '--insecure', '--max-time', 40, @how, "$path/$name?$file" or die "curl: $!";
    my ($begun, $select, $deadline) = ('', IO::Select->new($client), time + 15);
    while (length $begun < length $before && $select->can_read($deadline - time)) {
        sysread $client, $begun, 100, length $begun or last;
    }
    open my $go_on, '>', $file or die "$file: $!";
    close $go_on;
    local $/;
    my $rest = <$client> // '';
    close $client;
    return ($begun, $rest, $? >> 8);
}

sub everything {
    my ($path, @how) = @_;
    open my $client, '-|', 'curl', '-s', '--insecure', '--max-time', 40, @how, $path or die "curl: $!";
    local $/;
    my $answer = <$client> // '';
    close $client;
    return ($answer, $? >> 8);
}

my $mixed = join '', map { ("$_,", $_ % 100 ? () : 'x' x 20_000) } 0 .. 599;

for my $url (@urls) {
    my ($path, @how) = @$url;
    my $name = join ' ', $path =~ s/:\d+//r, @how;
    my $as_sent = $path =~ /filtered/ ? sub { uc $_[0] } : sub { $_[0] };
    for my $kind (qw(waiting asking logging_too)) {
        my ($before, $after) = answer($url, $kind, 'one,two,');
        is $before, $as_sent->('one,two,'), "$name: what was given arrives while $kind";
        is $after, $as_sent->('three'), 'and then the rest';
    }
    my ($before, $after, $status) = answer($url, 'closing', 'one,two,');
    is "$before$after", $as_sent->('one,two,'), 'it does before close() has ended';
    is $status, 0, 'and is complete';
    ($before, $after, $status) = answer($url, 'failing', 'one,two,');
    is $before, $as_sent->('one,two,'), 'and before an exception';
    isnt $status, 0, 'which breaks the response off';
    ($after, $status) = everything("$path/mixed", @how);
    ok $after eq $as_sent->($mixed), 'pieces of every size come in order' or diag substr $after, 0, 200;
    is $status, 0, 'to the end';
    ($before, $status) = everything("$path/failing_at_once", @how);
    # For PEP 3333 a piece is sent when it is yielded. A handler's piece can be taken back while no byte of it has been
    # sent, for a millisecond at most; without threads it is sent at once.
    my $is_page = $path =~ /handler/ && mpm() ne 'prefork' && $before =~ /500 Internal Server Error/;
    ok $status != 0 || $is_page, 'as it does at once' or diag "$status: $before";
    next if "@how" =~ /http2/; # a stream that is reset may lose data that was on its way
    ok $is_page || $before eq $as_sent->('one,two,'), 'what was given comes first' or diag $before;
}

sub some_of { my ($path) = @_; return `curl -sN --max-time 60 http://127.0.0.1:@{[ $server->port . $path ]} 2>&- | head -c 50000` }
like some_of('/wsgi/endless'), qr/(?:more,){1000}/, 'an endless body goes out until its client leaves';
like some_of('/handler/endless'), qr/(?:more,){1000}/, "a handler's too";
becomes { scalar(() = $server->error_log =~ /closed endless/g) } 2, 'and is closed';
like $server->error_log, qr/a line while a piece waits/, 'what is logged meanwhile is there';
$server->stop;
unlike $server->error_log, qr/exit signal|PYHOOK00(?!05|07|01)/, 'nothing else went wrong';
