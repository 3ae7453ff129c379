# An HTTPError means the same wherever it is raised: a table of places, with the client's response and the log entry for
# each.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Server;
use PyHook::Test;

# Where it is raised: the path, the method if it is not GET, and the line for the callable in the section of that path,
# or in the server.
my $login = 'Authorization: Basic ' . 'YTpi';
my $basic = "AuthType Basic\nAuthName x\n";
my %places = (
    (map { $_ => { path => "/phase/$_" } } qw(post_read_request quick_handler pre_translate_name translate_name map_to_storage
        post_perdir_config header_parser access_checker access_checker_ex type_checker fixups insert_filter handler)),
    check_authn => { path => '/phase/check_authn', conf => "${basic}Require valid-user" },
    check_authz => { path => '/phase/check_authz', conf => "${basic}PyHookCheckAuthz http_error:phase\nRequire valid-user" },
    'authn provider'    => { path => '/authn', head => $login, conf => "${basic}AuthBasicProvider refusing\nRequire valid-user" },
    'authz provider'    => { path => '/authz', conf => 'Require refusing' },
    'rewrite map'               => { path => '/map',          server => 'RewriteRule ^/map$ /content?${refusing:x} [PT]' },
    'rewrite map of a redirect' => { path => '/map-redirect', server => 'RewriteRule ^/map-redirect$ /${refusing:x} [R,L]' },
    'rewrite map of F'          => { path => '/map-forbids',
        server => "RewriteCond \${refusing:x} !=x\nRewriteRule ^/map-forbids\$ - [F]" },
    'rewrite map of G'          => { path => '/map-gone',
        server => "RewriteCond \${refusing:x} !=x\nRewriteRule ^/map-gone\$ - [G]" },
    'rewrite map in a place'    => { path => '/directory', conf => "RewriteEngine On\nRewriteRule ^ /content?\${refusing:x} [PT]" },
    'If'                => { path => '/if',      conf => "<If \"-z pyhook('http_error:socket')\">\nSetEnv x y\n</If>" },
    'Require expr'      => { path => '/require', conf => "Require expr -z pyhook('http_error:socket')" },
    'SetEnvIfExpr'      => { path => '/setenvif', conf => "SetEnvIfExpr \"-z pyhook('http_error:socket')\" x" },
    iterator            => { path => '/iterator',     handler => 'iterator' },
    coroutine           => { path => '/coroutine',    handler => 'coroutine' },
    'async generator'   => { path => '/asynchronous', handler => 'asynchronous' },
    'WSGI application'  => { path => '/wsgi/called' },
    'WSGI iterable'     => { path => '/wsgi/iterated' },
    'output filter of a handler'        => { path => '/out-handler', conf => 'SetOutputFilter OUT' },
    'output filter of a file'           => { path => '/index.html',  conf => 'SetOutputFilter OUT', handler => 'none' },
    'output filter of an application'   => { path => '/wsgi/out',    conf => 'SetOutputFilter OUT' },
    'output filter of a proxy'          => { path => '/proxied-out', conf => 'SetOutputFilter OUT', handler => 'none' },
    'output filter of a framed proxy'   => { path => '/framed-out',  conf => "SetOutputFilter OUT\nPyHookFixups http_error:look_up",
        handler => 'none' },
    'output filter before its yield'    => { path => '/out-early',   conf => 'SetOutputFilter EARLY-OUT' },
    'input filter of a handler'         => { path => '/in-handler',  conf => 'SetInputFilter IN', post => 1 },
    'input filter of an application'    => { path => '/wsgi/in',     conf => 'SetInputFilter IN', post => 1 },
    'input filter of a proxy'           => { path => '/proxied-in',  conf => 'SetInputFilter IN', handler => 'none', post => 1 },
    'input filter before its yield'     => { path => '/in-early',    conf => 'SetInputFilter EARLY-IN', post => 1 },
);

# The answers, with and without an ErrorDocument. httpd uses the one of 500 for all statuses that it has no name for.
my %answers = (
    451 => { line => '451 Unavailable For Legal Reasons', document => 451 },
    450 => { line => '450 Status 450', document => 500 },
);

my @plain = grep { !$places{$_}{post} && !$places{$_}{head} } sort keys %places;

plan tests => keys(%answers) + keys(%places) * 14 * keys(%answers) + 2 * @plain + 1;

my $site = join "\n", map { $_->{server} // '' } values %places;
for my $place (values %places) {
    my $handler = $place->{handler} // ($place->{path} =~ m{^/(?:wsgi|phase)/} ? 'none' : 'content');
    $handler = $handler eq 'none' ? '' : "PyHookHandler http_error:$handler";
    $site .= "\n<Location $place->{path}>\n" . join("\n", $place->{conf} // '', $handler) . "\n</Location>" if $place->{conf} || $handler;
}$site .= "\n<Location /second_piece>\nPyHookHandler http_error:second_piece\n</Location>\n";
my @phases = map { s/(?:^|_)(\w)/\u$1/gr } qw(post_read_request quick_handler pre_translate_name translate_name map_to_storage
    post_perdir_config header_parser access_checker access_checker_ex check_authn type_checker fixups insert_filter);
$site .= join "\n", '', 'RewriteEngine On', 'RewriteMap refusing int:refusing', 'PyHookWSGIAlias /wsgi http_error:application',
    (map { "PyHook$_ http_error:phase" } @phases), <<'END';
<Location /phase>
    PyHookHandler http_error:phase http_error:content
</Location>
<Location /content>
    PyHookHandler http_error:content
</Location>
<Location /document>
    PyHookHandler http_error:document
</Location>
SetEnv proxy-nokeepalive 1
ProxyPass /framed-out http://127.0.0.1:@port2@/content
ProxyPass /proxied-out http://127.0.0.1:@port2@/content
ProxyPass /proxied-in http://127.0.0.1:@port2@/content
END
my $documents = join "\n", map { "ErrorDocument $_ /document?$_" } 302, 401, 403, 404, 410, 451, 500;
my $server = PyHook::Server->new(children => 4, conf => <<"END")->start;
LogLevel pyhook:info
PyHookRewriteMap refusing http_error:socket
PyHookAuthnProvider refusing http_error:socket
PyHookAuthzProvider refusing http_error:socket
PyHookOutputFilter OUT http_error:output_filter
PyHookOutputFilter EARLY-OUT http_error:early_filter
PyHookInputFilter IN http_error:output_filter
PyHookInputFilter EARLY-IN http_error:early_filter
<VirtualHost *:\@port\@>
ServerName plain
$site
</VirtualHost>
<VirtualHost *:\@port\@>
ServerName documents
$documents
$site
</VirtualHost>
Listen 127.0.0.1:\@port2\@
<VirtualHost 127.0.0.1:\@port2\@>
    <Location /content>
        PyHookHandler http_error:content
    </Location>
</VirtualHost>
END

my $given = qq({"why": "\xc3\xa9", "nul": "\0"});

sub answer_of {
    my ($host, $place, $status, $asked) = @_;
    my ($method, $body) = $place->{post} ? ('POST', "x=1") : ($asked // 'GET', '');
    my @head = ("Host: $host", 'Connection: close', $place->{head} // (), $body ? 'Content-Length: ' . length $body : ());
    return raw_request(join("\r\n", "$method $place->{path}?$status HTTP/1.1", @head, '', $body), port => $server->port);
}

# The type, the length and the body of an answer.
sub entity {
    my ($head, $body) = split /\r\n\r\n/, $_[0], 2;
    my ($type, $length) = map { $head =~ /^$_: (.*)\r?$/m ? $1 =~ s/\r//r : '-' } qw(Content-Type Content-Length);
    return "$type, $length: $body";
}

for my $name (sort keys %places) {
    my $place = $places{$name};
    for my $status (sort keys %answers) {
        my ($line, $document) = @{ $answers{$status} }{qw(line document)};
        my $before = length $server->error_log;
        my $answer = answer_of('plain', $place, $status);
        like $answer, qr{^HTTP/1\.1 \Q$line\E\r\n}, "$name: $line";
        like $answer, qr{^X-Why: told\r$}m, "$name: its headers";
        like $answer, qr{<title>\Q$line\E</title>}, "$name: httpd's page";
        unlike $answer, qr{the content|HTTP/1.*HTTP/1}s, "$name: and nothing else";
        my $log = until_true { my $new = substr $server->error_log, $before; $new =~ /the reason/ ? $new : undef };
        like $log // '', qr/answers $status: the reason/, "$name: the log has the reason";
        unlike $log // '', qr/PYHOOK/, "$name: and no error";
        $answer = answer_of('documents', $place, $status);
        like $answer, qr{^HTTP/1\.1 \Q$line\E\r\n}, "$name: $status with a document";
        like $answer, qr{^X-Why: told\r$}m, "$name: has its headers";
        like $answer, qr{the document $document for $status of \Q$place->{path}\E\?}, "$name: and it is the one for the status";
        for my $host (qw(plain documents)) {
            $answer = answer_of($host, $place, "$status&body");
            like $answer, qr{^HTTP/1\.1 \Q$line\E\r\n.*^X-Why: told\r$}ms, "$name: $status with a body of its own";
            is entity($answer), "application/problem+json, ${\length $given}: $given", "$name: instead of another";
        }
        is entity(answer_of('plain', $place, "$status&body", 'HEAD')),
            "application/problem+json, ${\length $given}: " . ($place->{post} ? $given : ''), "$name: a HEAD has all but that";
    }
}

# A piece is sent at once, or after it has waited for a millisecond.
for my $status (sort keys %answers) {
    like answer_of('documents', { path => '/second_piece' }, $status),
        qr{^HTTP/1\.1 (?:\Q$answers{$status}{line}\E\r\n(?!.*the content)|200 OK.*the content\r\n\z)}s,
        "$status behind a piece: the answer, or the client can tell";
}

for my $name (@plain) {
    my $answer = answer_of('plain', $places{$name}, 302);
    like $answer, qr{\AHTTP/1\.1 302 Found\r\n.*^X-Why: told\r\n.*<title>302 Found</title>(?!.*the content)}ms, "$name: a redirect";
}

# A client of HTTP/0.9 gets no head, and httpd's page for a redirect reads the Location that was not given.
for my $name (@plain) {
    like raw_request("GET $places{$name}{path}?302\r\n", port => $server->port), qr{\A<!DOCTYPE.*<title>302 Found</title>}s,
        "$name: a redirect to nowhere, by HTTP/0.9";
}
is_deeply [$server->error_log =~ /.*exit signal.*/g], [], 'no child crashed';
