# Callables as elements of SSI pages: their arguments, how their text is written, and what a failing one leaves.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;
use URI::Escape qw(uri_escape);

plan tests => 39;

my $error = qr/\[an error occurred while processing this directive\]/;

sub page { GET_BODY('/ssi/page?' . uri_escape(join '', @_)) }

sub element { page("[<!--#pyhook $_[0] -->]") }

is element('call="greet" arg="Ann"'), '[&lt;Hello Ann&gt;]', 'the text is escaped as echo does it';
is element('arg="Ann" call="greet" encoding="none"'), '[<Hello Ann>]', 'or not, when the page says so';
is element('call="greet" encoding="url" arg="a"'), '[%3cHello%20a%3e]', 'or as part of a URL';
is element('call="greet" encoding="urlencoded" arg="a"'), '[%3cHello+a%3e]', 'or as part of a query';
is element('call="greet"'), '[&lt;Hello nobody&gt;]', 'without an argument the callable gets the request only';
is element('call="greet" arg=""'), '[&lt;Hello &gt;]', 'an empty argument is one';
is page('<!--#set var="who" value="Bo" --><!--#pyhook call="greet" arg="$who ${who}s" encoding="none" -->'),
    '<Hello Bo Bos>', 'variables of the page are put into the argument';
is element('call="answer" arg="number"'), '[42]', 'a number';
is element('call="answer" arg="none"'),   '[]',   'None: nothing';
is element('call="answer" arg="true"'),   '[true]', 'a truth value';
is element(qq(call="answer" arg="\xc3\xa9")), "[\xc3\xa9]", 'text that is not ASCII';
like element('call="boxed"'), qr/^\[\d+ by the page\]$/, 'a method of an object made once; it sees the page\'s request';
is page('<!--#if expr="false" --><!--#pyhook call="broken" --><!--#else -->else<!--#endif -->'), 'else',
    'in a branch that is left out nothing is called';
is page('<!--#pyhook call="greet" arg="1" encoding="none" --><!--#pyhook call="greet" arg="2" encoding="none" -->'),
    '<Hello 1><Hello 2>', 'several, in their order';
is page('a <!--#include virtual="/ssi-part" --> z'), "a part <Hello part>\n z", 'in a page that another one includes';

sub fails {
    my ($words, $reason, $what) = @_;
    my $log = error_log_since { like element($words), qr/^\[$error\]$/, "$what: the page's error message" } $reason;
    like $log, $reason, 'and the reason in the log';
}

fails 'call="broken"', qr/PYHOOK0005: include_element include_element:broken raised/, 'an exception';
fails 'call="wrong"', qr/PYHOOK0006: include_element include_element:wrong returned/, 'a wrong type';
fails 'call="absent"', qr/PYHOOK0004: include_element include_element:absent can't be called/, 'no such callable';
fails 'call="writes"', qr/a callable of a socket none but what it returns/, 'one that writes';
fails 'call="include_element:greet"', qr/PYHOOK0050: .*no PyHookIncludeElement defines the name/, 'a page can\'t choose';
fails 'arg="x"', qr/PYHOOK0050: .*call= is missing/, 'no call';
fails 'call="greet" size="3"', qr/PYHOOK0050: .*it takes call=, arg= and encoding= only/, 'an unknown tag';
fails 'call="greet" encoding="odd"', qr/PYHOOK0050: .*encoding= is entity, none, url or urlencoded/, 'unknown encoding';
is page('<!--#config errmsg="(oh)" --><!--#pyhook call="broken" -->'), '(oh)', 'the message is the page\'s own';

sub refused {
    my ($conf, $reason, $what, @without) = @_;
    my ($status, $output) = config_test($conf, without => [@without]);
    isnt $status, 0, $what;
    like $output, $reason, 'with its reason';
}

refused 'PyHookIncludeElement x nonsense', qr/PyHookIncludeElement: 'nonsense' is not module:callable/, 'no callable';
refused "PyHookIncludeElement x a:b\nPyHookIncludeElement x a:c", qr/'x': there is one of this name already/, 'a name twice';
refused 'PyHookIncludeElement x a:b', qr/PyHookIncludeElement: mod_include.c is not loaded/, 'no mod_include', 'include';
is +(config_test('', without => ['include']))[0], 0, 'without the directive mod_include is not needed';
