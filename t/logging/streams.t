# sys.stdout, sys.stderr, wsgi.errors and logging: streams of text and levels as applications know them.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 27;

my $log = Apache::Test::vars('t_logs') . '/streams_error_log';

# The response, and the entries that the server logged for it: until then, or until the pattern is among them.
sub ask {
    my ($path, $pattern) = @_;
    my $before = -s $log // 0;
    my $answer = GET 'http://127.0.0.1:' . Apache::Test::config()->port('streams') . $path;
    my $logged;
    until_true {
        open my $file, '<', $log or die "$log: $!";
        seek $file, $before, 0;
        $logged = join '', <$file>;
        return !$pattern || $logged =~ $pattern;
    };
    return $answer->content, $logged;
}

my ($answer, $logged) = ask('/unfinished');
like $logged, qr/pyhook:notice\] .*\[client .*\] begun in a handler\n/, 'a line without end is logged when the handler returns';
like $logged, qr/pyhook:error\] .*\[client .*\]  and on standard error\n/, 'as part of the request, with the level of its stream';
($answer, $logged) = ask('/x?fixups');
like $logged, qr/begun in fixups\n/, 'after any other phase, too';
($answer, $logged) = ask('/raised');
like $logged, qr/LookupError: none(?s:.*)begun before it fails\n|begun before it fails\n(?s:.*)LookupError: none/,
    'and when the handler raises';
cmp_ok((ask('/dots'))[0], '<', 10, 'a piece costs the same however many came before');

($answer, $logged) = ask('/closed');
is $answer, 'False False', 'no request closes a stream for the others';
like $logged, qr/notice\] .*after close\n(?s:.*)error\] .*after close\n/, 'nor for itself';
is((ask('/reconfigured'))[0], 'True', 'a stream can be reconfigured');
like `cat $log`, qr/reconfigured \\\\u20ac\n/, 'and writes as it was told to';
($answer, $logged) = ask('/wrapped');
like $logged, qr/notice\] .* wrapped\n(?s:.*)notice\] .* unwrapped\n/, 'a stream can be wrapped in another';

($answer, $logged) = ask('/wsgi', qr/begun while it answers/);
is $answer, '[] <wsgi.errors> utf-8 False False', 'wsgi.errors has what an io.TextIOWrapper has';
like $logged, qr/error\] .* begun by an application\n(?s:.*)error\] .*\]  which goes on\n/, 'it is not closed';
like $logged, qr/error\] .* bytes \\xe2\\x82\\xacbegun while it answers\n/, 'it takes bytes, and its last line is logged at the end';

is((ask('/levels'))[0], '10 True False', 'the level of the root logger is what any section of the server may want');
unlike `cat $log`, qr/a debug message/, 'where LogLevel does not want it nothing is logged';
is((ask('/talkative/levels'))[0], '10 True False', 'and where it does');
like `cat $log`, qr/pyhook:debug\] .* site: a debug message\n/, 'it is';
($answer, $logged) = ask('/module_functions');
like $logged, qr/pyhook:warn\] .* root: by a function of the module\n/, 'the functions of logging itself keep their levels';

my $conf = <<'END';
LogLevel info
<Location />
    PyHookHandler streams:answer
</Location>
END
my $server = PyHook::Server->new(conf => $conf, children => 1)->start;
my $answer_of = sub { GET($server->url("/$_[0]"))->content };
is $answer_of->('basic_config'), q((0, 20) 40 False 'in the file\n'), 'basicConfig of an application does what it does elsewhere';
is $answer_of->('in_thread'), 'begun', 'a thread has begun a line';
unlike $server->error_log, qr/begun in a thread/, 'which waits for its end';
$server->graceful;
ok until_true { $server->error_log =~ /pyhook:notice\] .* begun in a thread\n/ }, 'it is logged when the child ends';

for (['warn', 30], ['crit', 50], ['trace4', 1], ['emerg pyhook:info', 20], ['debug pyhook:error', 40]) {
    my ($level, $expected) = @$_;
    $server->{conf} = $conf =~ s/info/$level/r;
    $server->write_configuration;
    $server->restart;
    like $answer_of->('levels'), qr/^$expected /, "LogLevel $level";
}
