# Callables as methods of a balancer with two backends: what they choose from, and the effect of a failing one.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Ports qw(claim_ports);
use PyHook::Server;
use PyHook::Test;

plan tests => 42;

my $port  = claim_ports();
my %ports = (one => $port + 1, two => $port + 2, nobody => $port + 3);

sub backend {
    my ($name) = @_;
    return <<"CONF";
Listen 127.0.0.1:$ports{$name}
<VirtualHost 127.0.0.1:$ports{$name}>
    <Location />
        PyHookHandler balancer_method:answer
        PyHookOption backend $name
    </Location>
</VirtualHost>
CONF
}

sub member {
    my ($name, $more) = @_;
    return "BalancerMember http://127.0.0.1:$ports{$name} route=$name retry=0 " . ($more // '') . "\n";
}

sub balancer {
    my ($method, $callable, @members) = @_;
    @members = (member('one'), member('two')) unless @members;
    return <<"CONF";
PyHookBalancerMethod $method balancer_method:$callable
<Proxy balancer://$method>
    @members
    ProxySet lbmethod=$method
</Proxy>
ProxyPass /balanced/$method balancer://$method
CONF
}

my @misuses = qw(raises exits number stranger assign runs reads writes absent);
my $server = PyHook::Server->new(
    port     => $port,
    children => 4, # under prefork a request and its backend take two
    conf     => join('', "KeepAlive Off\n",
        backend('one'), backend('two'),
        balancer('by-cookie', 'by_cookie'),
        balancer('kept', 'Kept.choose'),
        balancer('rotate', 'rotate', member('one', 'loadfactor=2'), member('two')),
        balancer('describe', 'describe', member('one', 'loadfactor=2'), member('two', 'redirect=one')),
        balancer('failover', 'by_cookie', member('nobody', 'retry=60'), member('two')),
        balancer('spare', 'by_cookie', member('one', 'status=+D'), member('two')),
        balancer('stranger', 'stranger', member('nobody', 'retry=60'), member('two')),
        map { balancer($_, $_) } grep { $_ ne 'stranger' } @misuses),
)->start;

sub balanced { GET($server->url("/balanced/$_[0]"), @_[1 .. $#_]) }

for my $name (qw(one two)) {
    like balanced('by-cookie', Cookie => "worker=$name")->content, qr/^$name /, "the cookie's worker, $name"
        for 1 .. 3;
}
my $first = balanced('by-cookie');
my ($cookie) = $first->header('Set-Cookie') =~ /^(worker=\w+)$/;
ok $cookie, 'a new client gets a cookie';
my ($name) = $cookie =~ /=(\w+)/;
is balanced('by-cookie', Cookie => $cookie)->content, "$name $cookie", 'and stays' for 1 .. 3;
like balanced('by-cookie', Cookie => 'worker=gone')->header('Set-Cookie'), qr/^worker=/, 'an unknown worker: a new one';

is balanced('kept')->content, 'one ', 'a method of an object made once; a worker may be kept' for 1 .. 2;
is join('', map { balanced('rotate')->content } 1 .. 6), 'one two one ' x 2, 'None: each in turn, by load factor';
is balanced('failover', Cookie => 'worker=nobody')->content, 'two worker=nobody', 'a dead worker is no candidate';
is balanced('spare', Cookie => 'worker=one')->content, 'two worker=one', 'a disabled one neither';

is balanced('describe')->content, 'two ', 'what a worker says of itself:';
my $said = qr{<Worker http://127\.0\.0\.1:$ports{one}> name='http://127\.0\.0\.1:$ports{one}' scheme='http' };
my $log = $server->error_log;
like $log, qr{${said}hostname='127\.0\.0\.1' port=$ports{one} route='one' redirect=None lbfactor=2\.0 lbset=0}, 'its URL';
like $log, qr{route='two' redirect='one' lbfactor=1\.0 .*is_usable=True is_draining=False retries=0 error_time=None},
    'its parameters and its state';
like $log, qr{status='O'}, 'its flags';

my %reasons = (
    raises   => qr/PYHOOK0005: balancer_method balancer_method:raises raised/,
    exits    => qr/PYHOOK0005: balancer_method balancer_method:exits raised/,
    number   => qr/PYHOOK0006: balancer_method balancer_method:number returned 1 of type int: expected one of the workers/,
    stranger => qr/PYHOOK0006: balancer_method balancer_method:stranger returned <Worker/,
    assign   => qr/AttributeError: .*route/,
    runs     => qr/none but what it returns/,
    reads    => qr/and a balancer method none/,
    writes   => qr/none but what it returns/,
    absent   => qr/PYHOOK0004: balancer_method balancer_method:absent can't be called/,
);
for my $misuse (@misuses) {
    is balanced($misuse)->code, 503, "$misuse: nothing is asked";
    like $server->error_log, $reasons{$misuse}, 'and the log says why';
}

sub refused {
    my ($conf, $reason, $what, @without) = @_;
    my ($status, $output) = config_test($conf, without => [@without]);
    isnt $status, 0, $what;
    like $output, $reason, 'with its reason';
}

refused 'PyHookBalancerMethod byrequests a:b', qr/there is a balancer method of this name already/, 'a name of httpd\'s';
refused 'PyHookBalancerMethod x a:b', qr/PyHookBalancerMethod: mod_proxy_balancer.c is not loaded/, 'no balancer',
    'proxy_balancer';
$server->stop;
