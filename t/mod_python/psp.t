# Pages of text with Python inside.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET);
use PyHook::Config qw(mod_python new_directory top);
use PyHook::Server;

my $site = top() . '/t/mod_python/sites/pages';
my $sessions = new_directory('sessions');
my $server = PyHook::Server->new(children => 1, conf => mod_python() . <<"CONF")->start;
Alias /pages $site
PythonOption mod_python.session.database_directory $sessions
PythonOption mod_python.session.session_type FileSession
<Directory $site>
    AddHandler mod_python .psp .psp_ .py
    PythonHandler mod_python.psp | .psp .psp_
    PythonHandler templates | .py
</Directory>
<Location /pages/code.py>
    PythonHandler templates::code
    PythonPath "sys.path+['$site']"
</Location>
<LocationMatch "\\.psp_\$">
    SetHandler mod_python
</LocationMatch>
<LocationMatch "^/pages/page\\.psp_?\$">
    PythonDebug On
</LocationMatch>
<LocationMatch "\\.py_\$">
    SetHandler mod_python
    PythonHandler mod_python.psp
    PythonDebug On
</LocationMatch>
CONF

sub got { my ($page, @headers) = @_; return GET($server->url("/pages/$page"), @headers, redirect_ok => 0) }

my $page = got('page.psp?x=y');
is $page->header('Content-Type'), 'text/html', 'the content type';
(my $text = $page->content) =~ s/\n+/\n/g;
is $text, <<"PAGE", 'code, expressions, blocks, comments, includes, quotes';
<html>
<p>aa</p>
<p>bb</p>
\\n "quoted" """three""" \xE2\x82\xAC
included 2
x is y
/pages/page.psp</html>
PAGE
like got('page.psp')->content, qr/no x/, 'the other branch';
is got('failing.psp')->content, "before\nValueError: the reason\n", 'the error page gets the exception';
is got('raising.psp')->code, 500, 'an exception';
is got('wrong.psp')->code, 500, 'code that is none';
is got('endless.psp')->code, 500, 'a page that includes itself';
is got('missing.psp')->code, 404, 'no page';
my $away = got('away.psp');
is $away->code, 302, 'a redirect';
is $away->header('Location'), '/elsewhere', 'where to';
unlike $away->content, qr/never/, 'nothing behind it';
my $first = got('counter.psp');
like $first->content, qr/n=1\b/, 'a session';
my ($cookie) = $first->header('Set-Cookie') =~ /^(pysid=\w+); path=/;
like got('counter.psp', Cookie => $cookie)->content, qr/n=2\b/, 'is saved';
is got('templates.py')->content, '<p>template 1</p>', 'a page from a string, with variables';
is got('code.py')->content, qq(req.write("""a""",0)\nx = 1\nreq.write("""b""",0)\nreq.write(str(x),0)\n), 'parsestring';
like got('page.psp_')->content, qr/<pre>&lt;html&gt;/, 'with PythonDebug the code is shown';
is got('templates.py_')->code, 404, 'of pages only';
is got('counter.psp_')->code, 404, 'without it never';

done_testing;
