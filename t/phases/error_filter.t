# insert_error_filter: filters for responses of httpd that report an error, and for no others.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my %logged = (
    raise   => qr/PYHOOK0005: insert_error_filter error_filter:act raised .*RuntimeError: no filter today/s,
    unknown => qr/PYHOOK0005: insert_error_filter error_filter:act raised .*LookupError: .*no_such_filter/s,
    wrong   => qr/PYHOOK0006: insert_error_filter error_filter:act returned 'shout'/,
);

plan tests => 9 + 3 * keys %logged;

my $response = GET '/error_filter';
is $response->code, 403, 'an error';
like $response->content, qr/<TITLE>403 FORBIDDEN/, 'is filtered';
is GET_BODY('/error_filter?fine'), "fine\n", 'what is no error is not';
is GET_BODY('/error_filter/document'), 'NO ENTRY', 'the text of an ErrorDocument is';
like GET_BODY('/error_filter/none'), qr/<title>403 Forbidden/, 'none leaves the outer ones out';
is +(GET '/error_filter', 'X-Do' => 'error')->code, 403, 'the answer of a callable changes no status';

for my $misuse (sort keys %logged) {
    my $log = error_log_since { $response = GET '/error_filter', 'X-Do' => $misuse } $logged{$misuse};
    is $response->code, 403, "$misuse: the error is reported";
    like $response->content, qr/<title>403 Forbidden/, "$misuse: without the filter";
    like $log, $logged{$misuse}, "$misuse: and the log says why";
}

my $port = Apache::Test::config()->port('errorfilter');
like raw_request("GARBAGE\r\n\r\n", port => $port), qr/<TITLE>400 BAD REQUEST/, 'no request, but an answer that is filtered';
my ($status, $output) = config_test('PyHookInsertErrorFilter shout');
like $output, qr/PyHookInsertErrorFilter: 'shout' is not module:callable/, 'no callable: refused';
is +(config_test("<Location />\nPyHookInsertErrorFilter error_filter:act\n</Location>"))[0], 0, 'it has its place in a section';
