# Callables that decide Require lines.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 43;

# Statuses for ann, ben, cyd and nobody.
sub statuses {
    my ($path) = @_;
    my @logins = map { [username => $_, password => 'pw'] } qw(ann ben cyd);
    return join ' ', map { status($path, @$_) } @logins, [];
}

sub status {
    my ($path, %login) = @_;
    my @header = %login ? (Authorization => 'Basic ' . encode("$login{username}:$login{password}")) : ();
    return GET_RC $path, @header;
}

sub encode { my $text = pack 'u', $_[0]; $text =~ s/^.//; chomp $text; return $text =~ tr{ -_}{A-Za-z0-9+/}r }

my %expected = (
    group    => '200 200 403 401',
    two      => '200 403 403 401',
    any      => '200 403 200 401',
    none     => '200 200 403 401',
    not      => '200 200 403 401',
    age      => '200 403 403 401',
    role     => '200 403 403 401',
    open     => '200 200 200 200',
    missing  => '500 500 500 500',
    unparsed => '500 500 500 500',
    raise    => '500 500 500 500',
    nothing  => '500 500 500 500',
    one      => '500 500 500 500',
    'age-wrong'   => '500 500 500 500',
    'not-strange' => '500 500 500 500',
);
is statuses("/authz/login/$_"), $expected{$_}, $_ for sort keys %expected;
is statuses('/authz/login/role'), $expected{role}, 'the line is parsed once';
like GET('/authz/login/group')->header('WWW-Authenticate'), qr/^Basic realm="authz"/, 'who has not logged in is asked to';
is GET_RC('/authz/inside'), 200, 'no login is needed where the callable needs none';
is GET_RC('/authz/outside'), 403, 'nor offered where there is none';
is statuses('/authz/htaccess/file.txt'), '200 401 401 401', 'a name works in .htaccess too';
is statuses('/authz/htaccess/file.txt'), '200 401 401 401', 'every time';

for my $case (
    [missing   => qr/PYHOOK0004: authz_provider authz:missing can't be called/],
    [unparsed  => qr/PYHOOK0004: authz_provider authz:in_group can't be called|PYHOOK0005: authz_provider authz:in_group/],
    [raise     => qr/PYHOOK0005: authz_provider authz:strange raised/],
    [nothing   => qr/PYHOOK0006: authz_provider authz:strange returned None of type NoneType: expected True/],
    [one       => qr/PYHOOK0006: authz_provider authz:strange returned 1 of type int/],
    ['age-wrong' => qr/PYHOOK0005: authz_provider authz:of_age raised/],
) {
    my ($place, $reason) = @$case;
    my $log = error_log_since { GET "/authz/login/$place" } $reason;
    like $log, $reason, "$place: the log says why";
}

my $server = PyHook::Server->new(children => 1, conf => <<'END')->start;
PyHookAuthzProvider age authz:of_age authz:number
<Location /young>
    Require age eighteen
</Location>
END
GET $server->url('/index.html');
like $server->error_log, qr/PYHOOK0020: authz_provider authz:of_age refuses the line "Require age eighteen"/,
    'a wrong line is in the log from the start';
like $server->error_log, qr/ValueError: invalid literal for int.*eighteen/, 'with what its parser said';
is GET_RC($server->url('/index.html')), 200, 'the rest of the server works';
is GET_RC($server->url('/young')), 500, 'the place it protects is closed';
undef $server;

sub refused {
    my ($conf, $reason, %how) = @_;
    my ($status, $output) = config_test($conf, %how);
    isnt $status, 0, $reason;
    like $output, $reason, 'is the reason';
}

refused 'PyHookAuthzProvider valid-user authz:in_group', qr/'valid-user': there is .* of this name already/;
refused 'PyHookAuthzProvider x nonsense', qr/PyHookAuthzProvider: 'nonsense' is not module:callable/;
refused 'PyHookAuthzProvider x authz:in_group nonsense', qr/PyHookAuthzProvider: 'nonsense' is not module:callable/;
refused "<Location />\nRequire unheard\n</Location>", qr/Unknown Authz provider: unheard/;
refused "PyHookAuthzProvider x authz:in_group\n<Location />\nPyHookAuthzProvider x authz:in_group\n</Location>",
    qr/'x': there is .* of this name already/;
refused join('', map { "PyHookAuthzProvider m$_ authz:in_group\n" } 1 .. 65), qr/there are 64 names already/;
