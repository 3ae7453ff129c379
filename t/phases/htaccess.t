# Handler directives in .htaccess files run code as the server: refused unless PyHookHtaccess says On.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 26;

my $made = 0;

# A server whose /x/ is a directory with this .htaccess file.
sub server_with {
    my ($htaccess, $conf, $allow) = @_;
    my $directory = Apache::Test::vars('t_logs') . '/htaccess-' . $$ . '-' . ++$made;
    mkdir $directory or die "$directory: $!";
    write_htaccess($directory, $htaccess);
    open my $page, '>', "$directory/page.html" or die $!;
    print $page 'a page';
    close $page;
    my $server = PyHook::Server->new(conf => "$conf\nAlias /x $directory\n<Directory $directory>\nAllowOverride "
        . ($allow // 'All') . "\n</Directory>\n");
    return ($server->start, $directory);
}

sub write_htaccess {
    my ($directory, $text) = @_;
    open my $file, '>', "$directory/.htaccess" or die "$directory: $!";
    print $file "$text\n";
    close $file;
}

for my $line ('PyHookHandler htaccess:handler', 'PyHookFixups htaccess:fixup', 'PyHookRunIn main',
    'PyHookCheckAuthn none') {
    my ($server) = server_with($line, 'PyHookFixups none');
    my $response = GET $server->url('/x/page.html');
    is $response->code, 500, "$line is refused";
    like $server->error_log, qr/not allowed in \.htaccess.*'PyHookHtaccess On' in the server configuration permits it/,
        "$line is refused for its reason";
}

my ($server, $directory) = server_with("PyHookHandler htaccess:handler\nPyHookFixups htaccess:fixup\n"
    . "PyHookOption where here\nPyHookRunIn shop", "PyHookInterpreter shop\nPyHookHtaccess On");
my $response = GET $server->url('/x/page.html');
is $response->content, 'from .htaccess, option here, in shop', 'with PyHookHtaccess On a handler runs';
is $response->header('X-Fixup'), 'ran', 'and a fixup, though no directive of the server names one';
write_htaccess($directory, 'PyHookHandler not a handler');
is GET_RC($server->url('/x/page.html')), 500, 'a wrong name is an error then';
like $server->error_log, qr/\.htaccess: PyHookHandler: 'not' is not module:callable/, 'that the log explains';
write_htaccess($directory, 'PyHookInterpreter other');
is GET_RC($server->url('/x/page.html')), 500, 'a directive of the server stays one';
write_htaccess($directory, 'PyHookDebug On');
is GET_RC($server->url('/x/page.html')), 500, 'PyHookDebug is not for .htaccess';
write_htaccess($directory, 'PyHookPath /tmp');
is GET_RC($server->url('/x/page.html')), 500, 'nor is PyHookPath';

for (['Off', qr/^from \.htaccess/], ['On', qr/^a page$/]) {
    my ($allowed, $content) = @$_;
    ($server) = server_with('SetHandler default-handler',
        "PyHookHandler htaccess:handler\nPyHookOption where here\nPyHookHtaccess $allowed");
    like GET_BODY($server->url('/x/page.html')), $content, "PyHookHtaccess $allowed: whether SetHandler takes the handler away";
}

($server) = server_with('PyHookHandler htaccess:handler', 'PyHookHtaccess On', 'Indexes');
is GET_RC($server->url('/x/page.html')), 500, 'AllowOverride Indexes permits no handler';
like $server->error_log, qr/PyHookHandler not allowed here/, 'httpd says so';

($server) = server_with('PyHookOption where here', '', 'Indexes FileInfo Limit Options');
is GET_RC($server->url('/x/page.html')), 500, 'PyHookOption may decide about access: it needs AllowOverride AuthConfig';
($server) = server_with('PyHookOption where here', '', 'AuthConfig');
is GET_RC($server->url('/x/page.html')), 200, 'as what decides in httpd itself does';

($server, $directory) = server_with('PyHookOption where here', <<'END', 'AuthConfig');
PyHookFixups htaccess:say_where
PyHookOption where server final
<Location /x/page.html>
    PyHookOption where there
</Location>
END
is GET($server->url('/x/page.html'))->header('X-Where'), 'server', 'an option of the server that is final stays';
write_htaccess($directory, "<Files page.html>\nPyHookOption WHERE here\n</Files>\n<If \"true\">\nPyHookOption where here\n</If>");
is GET($server->url('/x/page.html'))->header('X-Where'), 'server', 'in whichever section and case another value is given';
for my $line ('PyHookOption where here final', "<Files page.html>\nPyHookOption where here final\n</Files>") {
    write_htaccess($directory, $line);
    is GET_RC($server->url('/x/page.html')), 500, '.htaccess can make nothing final';
}
like $server->error_log, qr/PyHookOption: final is not allowed in \.htaccess/, 'and the log says so';
