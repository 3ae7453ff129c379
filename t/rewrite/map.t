# Callables as rewrite maps: their arguments, and the effect of a failing one.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 25;

sub location { (HEAD $_[0], redirect_ok => 0)->header('Location') // '' }

is location('/map/go/paris'), 'http://elsewhere.example/fr', 'a key is looked up';
is location('/map/go/oslo'), 'http://elsewhere.example/nowhere', 'None: the default of the rule';
is GET_BODY('/map/key/%c3%a9'), "\xc3\xa9\n", 'text that is not ASCII goes in and out';
like GET_BODY('/map/steps'), qr/^xyy$/, 'a method of an object made once';
is GET_BODY('/map/directory'), "fr\n", 'in a directory too';
my $vhost = Apache::Test::config()->port('map');
like raw_request("GET / HTTP/1.0\r\n\r\n", port => $vhost), qr{^Location: http://elsewhere.example/it\r$}m,
    'a virtual host uses the map as well';

my $log = error_log_since { is GET_RC('/map/guarded'), 500, 'a failing map serves nothing' } qr/RuntimeError/;
like $log, qr/PYHOOK0005: rewrite_map map:broken raised/, 'and is logged';
like $log, qr/RuntimeError: the map is torn/, 'with its traceback';
is GET_RC('/map/broken-directory'), 500, 'so does one in a directory';
$log = error_log_since { is GET_RC('/map/number'), 500, 'a wrong result' } qr/PYHOOK0006/;
like $log, qr/rewrite_map map:number returned 7 of type int: expected the value/, 'is logged';
$log = error_log_since { is GET_RC('/map/absent'), 500, 'an unknown callable' } qr/PYHOOK0004/;
like $log, qr/PYHOOK0004: rewrite_map map:absent can't be called/, 'is logged';

sub refused {
    my ($conf, $reason, $what) = @_;
    my ($status, $output) = config_test($conf);
    isnt $status, 0, $what;
    like $output, $reason, 'with its reason';
}

refused 'PyHookRewriteMap x nonsense', qr/PyHookRewriteMap: 'nonsense' is not module:callable/, 'no callable: refused';
refused 'PyHookRewriteMap x map:place map:place', qr/PyHookRewriteMap: takes one callable/, 'two callables: refused';
refused "RewriteMap x int:unheard", qr/internal map not found/i, 'a name that nobody defined: refused';
refused join('', map { "PyHookRewriteMap m$_ map:place\n" } 1 .. 65),
    qr/PyHookRewriteMap: there are 64 names already/, 'one name too many: refused';
is +(config_test("RewriteMap x int:later\nPyHookRewriteMap later map:place"))[0], 0, 'the order of the lines is free';
my ($status, $output) = config_test('PyHookRewriteMap x map:place', without => ['rewrite']);
isnt $status, 0, 'without mod_rewrite: refused';
like $output, qr/PyHookRewriteMap: mod_rewrite.c is not loaded/, 'with its reason';
