# The publisher: from URLs to objects, arguments, who may come, and what can't be published.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET POST);
use PyHook::Config qw(mod_python new_directory top);
use PyHook::Server;
use PyHook::Test qw(replace_file until_true);

my $site = top() . '/t/mod_python/sites/publisher';
my $edited = new_directory('edited');
replace_file("$edited/page.py", "from other import VALUE\ndef index(req): return VALUE\n");
replace_file("$edited/other.py", "VALUE = 'first'\n");
my $server = PyHook::Server->new(children => 1, conf => mod_python() . <<"CONF")->start;
Alias /site $site
Alias /edited $edited
<Directory $site>
    PythonInterpreter shop.example.com
    SetHandler mod_python
    PythonHandler mod_python.publisher
</Directory>
<Location /site/dedent>
    PythonOption mod_python.publisher.modules "json textwrap"
</Location>
<Directory $edited>
    SetHandler mod_python
    PythonHandler mod_python.publisher
</Directory>
CONF

sub got { my ($path, @headers) = @_; return GET($server->url("/site$path"), @headers) }
sub body { return got(@_)->content }
sub code { return got(@_)->code }
sub login { my ($words) = @_; require MIME::Base64; return (Authorization => 'Basic ' . MIME::Base64::encode_base64($words, '')) }

is body('/'), 'index of shop.example.com', 'a directory leads to index.py';
is body('/index'), 'index of shop.example.com', 'a module without its suffix';
is body('/index.py/index'), 'index of shop.example.com', 'with its suffix, and the function';
is body('/say'), 'I say NOTHING', 'a function of index.py';
is body('/sub/'), 'index of sub', 'a module of the same name elsewhere';
is body('/index/say?what=hello&unknown=1'), 'I say hello', 'arguments by their names; others are dropped';
is POST($server->url('/site/say'), [what => "\xC3\xA9", loud => '!'])->content, "I say \xC3\xA9!", 'from a body too';
is body('/demand?what=x'), 'no request, x', 'a function that takes no request';
is code('/demand'), 400, 'an argument is missing';
is body('/rest?a=1&b=2&req=evil'), "('1', [('b', '2')])", 'others go into **others; the client gives no request';
is body('/many?a=1&a=2'), "['1', '2']", 'several values';
is body('/req_field?req=evil'), 'mp_request', 'the request is httpd\'s';
is body('/number'), '42', 'a value is shown';
is body('/words'), "['a', 'b']", 'a list too';
is got('/page')->header('Content-Type'), 'text/html; charset=utf-8', 'HTML is recognised';
is got('/say')->header('Content-Type'), 'text/plain', 'other text is plain';
is body('/raw'), "\xff\xfe", 'bytes stay as they are';
is body('/pieces'), 'one 2', 'a generator';
is body('/nothing'), '', 'nothing';
is body('/shop'), 'the shop', 'an instance is called';
is body('/shop/list?a=b'), 'list b', 'a method';
is body('/shop/title'), 'shop', 'an attribute';
is body('/shop/other'), 'shown as text', 'an instance that can\'t be called';

is code("/$_"), 403, "$_ is not published"
    for qw(_secret os Shop __name__ keys shout data/keys say/__code__ say/x shop/_hidden shop/list/__func__ shop/__class__ number/real), '_private/f';
is code("/$_"), 403, "$_ is imported from elsewhere"
    for 'check_output?args=id', 'environ', 'environ/copy', 'wraps?wrapped=x', 'wrapping/x';
is body('/borrowed'), 'told', 'from another module of the site';
is body('/dedent?text=++x'), 'x', 'from one that the option names';
is POST($server->url('/site/guarded'), Content_Type => 'application/json', Content => '{}')->code, 401, 'rules are asked before the body is read';
is code("/$_"), 404, "$_ is not there" for qw(missing shop/missing ../handlers.t/x);
is code('/shop/%2e%2e/%2e%2e/x'), 404, 'no way up';

my $closed = got('/closed');
is $closed->code, 401, 'a rule inside a function';
is $closed->header('WWW-Authenticate'), 'Basic realm="The \"realm\""', 'its realm';
is code('/closed', login('spam:wrong')), 401, 'a wrong password';
is body('/closed', login('spam:eggs')), 'open for spam', 'the right one';
is code('/shut', login('spam:eggs')), 401, 'a false constant';
is code('/closed_inside'), 401, 'a rule inside a function that a decorator wraps';
is body('/closed_inside', login('spam:eggs')), 'inner wrapped', 'lets in whom it knows';
is code('/shut_inside'), 403, 'behind two decorators';
is code('/guarded_instance'), 401, 'a rule inside __call__';
is body('/guarded_instance/list'), 'open', 'holds for the call only';
is code('/cached'), 401, 'behind one of the standard library';
is code('/unclear', login('spam:eggs')), 403, 'a list inside a function can\'t be read: nobody is let in';
is code('/outer_names', login('spam:eggs')), 403, 'nor a rule that uses names of its function';
is code('/members/hello'), 401, 'rules of a module';
is code('/members/hello', login('joe:eoj')), 403, 'a member without access';
is code('/members/hello', login('eggs:wrong')), 401, 'a wrong password of a member';
is code('/members/hello', login('stranger:')), 401, 'nobody';
is body('/members/hello', login('eggs:spam')), 'hello eggs', 'a member';

is GET($server->url('/edited/page'))->content, 'first', 'a page';
replace_file("$edited/other.py", "VALUE = 'second'\n");
ok until_true(sub { GET($server->url('/edited/page'))->content eq 'second' }), 'an edited module is imported anew, with those that use it';
replace_file("$edited/other.py", "VALUE = (\n");
ok until_true(sub { GET($server->url('/edited/page'))->code == 500 }), 'one that can\'t be imported is an error';
replace_file("$edited/other.py", "VALUE = 'third'\n");
ok until_true(sub { GET($server->url('/edited/page'))->content eq 'third' }), 'until it is corrected';

done_testing;
