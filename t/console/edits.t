# PyHookReload with PyHookDebug: an edit that cannot be loaded is shown instead of the old code, and the console is told
# of edits without any request to the application.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest qw(GET GET_BODY);
use JSON::PP qw(decode_json);
use PyHook::Test qw(:DEFAULT write_file);

plan tests => 27;

my $place = Apache::Test::vars('t_logs') . '/console_edits';
my $good = "def page(req):\n    return '%s'\n";
write_file("$place/edits_$_.py", sprintf $good, 'one') for qw(shop main);
write_file("$place/edits_access.py", "import pyhook\ndef check(req):\n    return pyhook.DECLINED\n");
my $server = PyHook::Server->new(children => 1, path => $place, conf => <<'CONF')->start;
PyHookControl On
PyHookInterpreter shop
PyHookInterpreter console
PyHookReload On
<Location /shop>
    PyHookRunIn shop
    PyHookHandler edits_shop:page
    PyHookDebug On
</Location>
<Location /locked>
    PyHookRunIn shop
    PyHookHandler edits_shop:page
    PyHookAccessChecker edits_access:check
    PyHookDebug On
</Location>
<Location /password>
    PyHookRunIn shop
    PyHookHandler edits_shop:page
    PyHookDebug On
    Require expr %{HTTP:X-Key} == 'right'
</Location>
<Location /public>
    PyHookRunIn shop
    PyHookHandler edits_shop:page
</Location>
<Location /main>
    PyHookHandler edits_main:page
    PyHookDebug On
</Location>
<Location /pyhook>
    PyHookRunIn console
    PyHookHandler pyhook.console:page
    PyHookReload Off
</Location>
CONF

# In a named interpreter.
is body('/shop'), 'one', 'code serves';
edit('shop', "def page(req):\n    return (\n");
my $page;
ok until_true { $page = GET($server->url('/shop'), Accept => 'text/html'); $page->code == 500 }, 'a syntax error is answered with 500';
like $page->content, qr/<!DOCTYPE html>.*edits_shop\.py.*line 2.*SyntaxError/s, '… and with a page that has the file, the line and the message';
like $page->content, qr/PYHOOK0060/, '… and the code of the entry';
like body('/shop'), qr/^PYHOOK0060: .*^SyntaxError: /ms, '… for curl as text';
is body('/public'), 'one', 'without PyHookDebug the old code serves';
is GET($server->url('/password'))->code, 403, 'who is not let in';
unlike GET($server->url('/password'))->content, qr/SyntaxError|edits_shop/, '… does not get the page';
like GET($server->url('/password'), 'X-Key' => 'right')->content, qr/^SyntaxError: /m, '… who is let in does';
is GET($server->url('/locked'))->code, 500, 'a callable that decides about access is not called';
unlike GET($server->url('/locked'))->content, qr/SyntaxError|edits_shop/, '… and there is no page, because it has not decided';
edit('shop', sprintf $good, 'two');
ok until_true { body('/shop') eq 'two' }, 'the next edit is loaded';
is body('/public'), 'two', '… everywhere';
edit('shop', "no_such_name\n");
ok until_true { body('/shop') =~ /NameError: name 'no_such_name'/ }, 'an import that fails is shown, too';
is body('/public'), 'two', '… to nobody else';
edit('shop', sprintf $good, 'three');
ok until_true { body('/shop') eq 'three' }, '… until the next edit';

# In the main interpreter, whose child leaves when the code is sound.
is body('/main'), 'one', 'code in the main interpreter serves';
edit('main', "def page(req)\n");
ok until_true { body('/main') =~ /^PYHOOK0060: .*edits_main\.py", line 1.*^SyntaxError: /ms }, 'a syntax error is shown';
edit('main', sprintf $good, 'two');
ok until_true { body('/main') eq 'two' }, 'the next edit is loaded';

# Told without a request to the application.
is body('/shop'), 'three', 'the application serves';
my $before = data()->{code};
edit('shop', "def page(req:\n");
my $failure;
ok until_true { ($failure) = grep { $_->{text} =~ /edits_shop\.py", line 1/ } recent('failure') }, 'the console tells of a syntax error that no request has met';
like $failure->{text}, qr/^PYHOOK0060: .*^SyntaxError: /ms, '… by its message';
isnt encoded(data()->{code}), encoded($before), '… and a page that it follows loads again';
$before = data()->{code};
edit('shop', sprintf $good, 'four');
ok until_true { grep { $_->{text} =~ /edits_shop\.py has been edited: interpreter 'shop' serves with fresh code/ } recent('reload') }, '… and of code that was loaded';
ok until_true { encoded(data()->{code}) ne encoded($before) }, '… which loads it again, too';
is body('/shop'), 'four', 'the code serves';
unlike $server->error_log, qr/exit signal/, 'no child has crashed';

sub edit { my ($name, $text) = @_; replace_file("$place/edits_$name.py", $text) }
sub body { return GET($server->url($_[0]), Accept => '*/*')->content }
sub data { return eval { decode_json(GET_BODY($server->url('/pyhook/data.json'))) } // { recent => [] } }
sub recent { my ($kind) = @_; return grep { $_->{kind} eq $kind } @{ data()->{recent} } }
sub encoded { return JSON::PP->new->canonical->encode([ $_[0] ]) }
