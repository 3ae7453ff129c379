# The console: its page, the data beside it, and who gets them.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET HEAD POST GET_BODY);
use IO::Select;
use IO::Socket::INET;
use JSON::PP qw(decode_json);
use PyHook::Config qw(mpm);
use PyHook::Test;

# Headers that proxies add to what they pass on.
my @proxies = qw(Forwarded Via CDN-Loop X-Forwarded-For X-Forwarded-Host X-Forwarded-Server X-Forwarded-Proto X-Forwarded-Port
    X-Forwarded-By X-Forwarded-Prefix X-Forwarded X-Original-Forwarded-For X-Original-Host X-Original-URI X-Original-URL
    X-ProxyUser-IP X-Real-IP X-Client-IP X-Cluster-Client-IP X-Remote-IP X-Remote-Addr X-Scheme Client-IP True-Client-IP CF-Connecting-IP CF-Connecting-IPv6 CF-Ray DO-Connecting-IP Fly-Client-IP
    Fastly-Client-IP X-Azure-ClientIP X-Envoy-External-Address);

plan tests => 51 + @proxies;

my $conf = <<'CONF';
PyHookInterpreter shop
<VirtualHost *>
    ServerName shop.example
    ServerAlias console.example *.console.example
</VirtualHost>
<Location /pyhook>
    PyHookHandler pyhook.console:page
    PyHookSuspendAfter 0
    Require local
</Location>
<Location /known>
    PyHookHandler pyhook.console:page
    PyHookFixups console_shop:login
</Location>
<Location /shop>
    PyHookRunIn shop
    PyHookHandler console_shop:front
</Location>
<Location /shop/wait>
    PyHookHandler console_shop:wait
</Location>
<Location /shop/free>
    PyHookHandler console_shop:free
</Location>
<Location /shop/keep>
    PyHookHandler console_shop:keep
</Location>
<Location /shop/fail>
    PyHookHandler console_shop:fail
</Location>
CONF
my $server = PyHook::Server->new(children => 2, conf => "PyHookControl On\n$conf")->start;
until_true { my @all = glob "$server->{root}/pyhook/*.socket"; @all == 2 };

# The page.
is GET($server->url('/pyhook'), redirect_ok => 0)->header('Location'), 'pyhook/', 'the page has a slash at its end: data.json lies beside it';
my $page = GET($server->url('/pyhook/'));
is $page->code, 200, 'the page';
is $page->header('Content-Type'), 'text/html; charset=utf-8', '… is HTML';
my ($policy) = $page->header('Content-Security-Policy');
like $policy, qr/^default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'; connect-src 'self'/, '… whose browser runs no other script';
like $policy, qr/frame-ancestors 'none'/, '… and shows it in no frame';
is $page->header('Cache-Control'), 'no-store', '… and keeps nothing';
unlike $page->content, qr{(?:src|href)="(?!data:|data\.json|#)|\@import|url\(}, '… and it needs no other file';
is GET($server->url('/pyhook/other'))->code, 404, 'nothing else is there';

# The data.
GET($server->url("/shop/fail?a=1&api_key=hunter1&number=$_")) for 1, 2;
my $waiting = request('/shop/wait?token=hunter4');
my $data;
ok until_true { $data = data(); !@{ $data->{silent} } && grep { "@{ $_->{stack} }" =~ /go_on\.wait/ } calls($data) }, 'the data have the stack of a running request';
my ($call) = grep { "@{ $_->{stack} }" =~ /go_on\.wait/ } calls($data);
is join(' ', map { $call->{$_} } qw(interpreter phase method uri client)), 'shop handler GET /shop/wait?token=(hidden) 127.0.0.1', '… and what it is';
is join(' ', sort map { $_->{pid} } @{ $data->{children} }), join(' ', sort $server->child_pids), '… all children';
cmp_ok $data->{children}[0]{memory}, '>', 1e6, '… their memory';
is "@{ $data->{children}[0]{interpreters} }", 'main shop', '… their interpreters';
is "@{ $data->{silent} }", '', '… and that all answer';
my %sizes = sizes_of($data->{children}[0]);
cmp_ok $sizes{$_}{modules}, '>', 50, "… how many modules $_ has loaded" for 'main', 'shop';
my @failures = grep { $_->{kind} eq 'failure' } @{ $data->{recent} };
is join(', ', map { $_->{uri} } @failures), join(', ', map { "/shop/fail?a=1&api_key=(hidden)&number=$_" } 2, 1), 'the last errors have the request';
like $failures[0]{text}, qr/^PYHOOK0005: handler console_shop:fail raised \(request \S+\)\n.*console_shop\.py", line \d+, in fail\n.*\nLookupError: \('no article/s, '… the traceback';
unlike encoded($data), qr/hunter/, '… and no value that has the name of a secret';
ok((grep { "@$_{qw(where phase callable interpreter)}" eq '/shop handler console_shop:front shop' } @{ $data->{routes} }), 'the routes are there');
my ($errors) = grep { $_->[1]{interpreter} eq 'shop' } @{ $data->{metrics}{pyhook_errors}{samples} };
is "$errors->[0] $errors->[2]", 'pyhook_errors_total 2', '… and what pyhook-metrics tells';
is HEAD($server->url('/pyhook/data.json'))->content, '', 'HEAD gets no body';
free($waiting);

# What an interpreter holds.
GET_BODY($server->url('/shop/keep'));
ok until_true {
    grep { my %of = sizes_of($_); $of{shop}{objects} > 100_000 && $of{main}{objects} < 100_000 } @{ data()->{children} };
}, 'what an interpreter keeps is counted there, and in no other';

# Whom it answers.
is POST($server->url('/pyhook/data.json'), content => 'a')->code, 405, 'it only reads';
for my $name ('localhost', 'shop.localhost', '[::1]:80', 'shop.example', 'console.example', 'a.console.example') {
    is GET($server->url('/pyhook/data.json'), Host => $name)->code, 200, "a name of its own: $name";
}
for my $name ('evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'console.example.evil.example') {
    is GET($server->url('/pyhook/data.json'), Host => $name)->code, 403, "no name that may lead here from elsewhere: $name";
}
is GET($server->url('/known/data.json'), Host => 'evil.example')->code, 200, 'who has logged in may use any name';
for my $header (@proxies) {
    is GET($server->url('/pyhook/data.json'), $header => '192.0.2.1')->code, 403, "a proxy's clients are not on this machine: $header";
}
for my $header ('X-Requested-With', 'Referer', 'Client', 'X-Forward') {
    is GET($server->url('/pyhook/data.json'), $header => 'http://localhost/')->code, 200, "… and no other header says so: $header";
}
is GET($server->url('/known/'), 'X-Forwarded-For' => '192.0.2.1')->code, 200, '… but may log in';
for my $site ('cross-site', 'same-site') {
    is GET($server->url("/known/data.json"), 'Sec-Fetch-Site' => $site)->code, 403, "pages of other sites get no data: $site";
}
is GET($server->url('/known/data.json'), 'Sec-Fetch-Site' => 'same-origin')->code, 200, '… its own does';

# Several viewers.
SKIP: {
    if (mpm() ne 'event') {
        is GET($server->url('/pyhook/events'))->code, 204, 'where a stream would hold a thread, the page asks for the data';
        skip 'a stream would hold a thread', 6;
    }
    my $alone = PyHook::Server->new(children => 1, conf => "PyHookControl On\n$conf")->start;
    until_true { my @all = glob "$alone->{root}/pyhook/*.socket"; @all == 1 };
    my @viewers = map { request('/pyhook/events', $alone) } 1 .. 16;
    my @seen = map { [snapshots($_, 3)] } @viewers;
    is scalar(grep { @$_ >= 3 } @seen), 16, 'sixteen viewers see one snapshot after the other';
    my %times = map { $_->{time} => 1 } map { @$_ } @seen;
    my @times = sort { $a <=> $b } keys %times;
    cmp_ok scalar(@times), '<', 16, '… which are the same for all';
    is scalar(grep { $times[$_] - $times[ $_ - 1 ] < 0.9 } 1 .. $#times), 0, '… one a second';
    is GET_BODY($alone->url('/shop')), "hello\n", '… and hold no thread of sixteen';
    is GET($alone->url('/pyhook/events'))->code, 204, 'more viewers ask for the data instead';
    close $_ for @viewers;
    ok until_true { my $next = request('/pyhook/events', $alone); my ($first) = snapshots($next, 1); $first }, 'one that leaves makes room';
    unlike $alone->error_log, qr/PYHOOK\d/, '… and is no error';
}

my $without = PyHook::Server->new(conf => $conf)->start;
like GET_BODY($without->url('/pyhook/data.json')), qr/needs PyHookControl On/, 'without PyHookControl it shows nothing';

sub request {
    my ($path, $of) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => ($of // $server)->port) or die "connect: $@";
    print $socket "GET $path HTTP/1.1\r\nHost: localhost\r\n\r\n";
    $socket->flush;
    return $socket;
}

# The first snapshots of an event stream.
sub snapshots {
    my ($socket, $count) = @_;
    my ($text, $until) = ('', time + 60);
    while (time < $until && (() = $text =~ /^data: .*\n/mg) < $count) {
        next unless IO::Select->new($socket)->can_read(1);
        sysread $socket, $text, 65_536, length $text or last;
    }
    $text =~ s/\r\n[0-9a-f]+\r\n//g; # of chunks
    return map { decode_json($_) } $text =~ /^data: (.*\})$/mg;
}

sub data { return decode_json(GET_BODY($server->url('/pyhook/data.json'))) }
sub calls { return map { @{ $_->{calls} } } @{ $_[0]{children} } }
sub sizes_of { return map { $_->{interpreter} => $_ } @{ $_[0]{sizes} } }
sub encoded { return JSON::PP->new->encode($_[0]) }

# The request may run in any child, and so may the one that frees it.
sub free {
    my ($socket) = @_;
    if (mpm() eq 'prefork') { kill TERM => map { $_->{pid} } grep { grep { $_->{uri} =~ /wait/ } @{ $_->{calls} } } @{ data()->{children} } }
    else                    { GET_BODY($server->url('/shop/free')) until IO::Select->new($socket)->can_read(0.2) }
}
