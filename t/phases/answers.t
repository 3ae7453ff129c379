# The effect of each answer in each phase: DECLINED, OK, DONE, a status, an exception, a wrong type.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

my %runs_all = map { $_ => 1 }
    qw(post_read_request post_perdir_config header_parser access_checker fixups insert_filter);
my @phases = qw(
    post_read_request quick_handler pre_translate_name translate_name map_to_storage post_perdir_config
    header_parser access_checker access_checker_ex check_authn check_authz type_checker fixups
    insert_filter handler
);
my @wrong = qw(true false object number huge minus interim float list odd);
my @raised = qw(raise exit interrupt memory recursion generator surrogate badheader allowing declining);
my %makes_content = map { $_ => 1 } qw(quick_handler handler);

plan tests => @phases * (2 * (@wrong + @raised) + 9) + 4 * 8
    + 2 * (@phases - keys %makes_content) + @phases - 2;

my $root = 'http://127.0.0.1:' . Apache::Test::config()->port('answers');

sub ask { GET "$root/index.html", 'X-Do' => "$_[0]=$_[1]" }

sub after { scalar grep { $_ eq $_[1] } map { split /, / } $_[0]->header('X-After') }

for my $phase (@phases) {
    for my $answer (qw(none declined)) {
        my $response = ask($phase, $answer);
        my $declines = $answer eq 'declined' || $phase ne 'handler';
        # If the callable that knows the user declines, nobody knows the user.
        my $status = $phase eq 'check_authn' ? 401 : 200;
        is $response->code, $status, "$phase: $answer goes on";
        is after($response, $phase), $declines ? 1 : 0, "$phase: $answer lets the next callable run";
    }

    my $response = ask($phase, 'ok');
    is after($response, $phase), $runs_all{$phase} ? 1 : 0, "$phase: OK and the run rule";

    for my $answer (qw(status enum)) {
        is ask($phase, $answer)->code, 409, "$phase: $answer is the answer";
    }
    $response = ask($phase, 'error');
    is $response->code, 409, "$phase: HTTPError is the answer";
    is $response->header('X-Why'), 'because', "$phase: with its headers";

    for ([PYHOOK0006 => @wrong], [PYHOOK0005 => @raised]) {
        my ($code, @answers) = @$_;
        for my $answer (@answers) {
            my $said = $answer eq 'odd' ? 'PYHOOK0005' : $code;
            my $logged = error_log_since { $response = ask($phase, $answer) } qr/$said/;
            ok $response->code == 500 && $response->content !~ /plain file|Traceback/i
                && !defined $response->header('X-Injected'), "$phase: $answer is an error"
                or diag $response->as_string;
            like $logged, qr/$said: $phase answers:act .*\(request \S+\)/, "$phase: $answer is logged";
        }
    }
}

for my $phase (grep { !$makes_content{$_} } @phases) {
    my $response;
    my $logged = error_log_since { $response = ask($phase, 'text') } qr/PYHOOK0006/;
    is $response->code, 500, "$phase: a text is an answer only where content is made";
    like $logged, qr/PYHOOK0006: $phase answers:act/, "$phase: and that is logged";
}

# DONE ends a request; in pre_translate_name it only keeps the URI as it is.
for my $phase (grep { !/pre_translate_name|insert_filter/ } @phases) {
    unlike ask($phase, 'done')->content, qr/plain file/i, "$phase: DONE serves nothing";
}

# Nothing that a log callable does keeps the others from logging.
for my $answer (qw(none ok status raise true error exit done)) {
    my $response;
    my $logged = error_log_since { $response = ask('log_transaction', $answer) } qr/second log callable ran/;
    is $response->code, 200, "log_transaction: $answer changes no answer";
    like $response->content, qr/plain file/i, "log_transaction: $answer changes no content";
    like $logged, qr/second log callable ran/, "log_transaction: $answer lets the next one run";
    my $line = qr/^200 log_transaction=$answer$/m;
    like access_log($line), $line, "log_transaction: $answer lets httpd log";
}

sub access_log {
    my ($line) = @_;
    my $text = '';
    until_true {
        open my $file, '<', Apache::Test::vars('t_logs') . '/answers_log' or die "answers_log: $!";
        local $/;
        return ($text = <$file> // '') =~ $line;
    };
    return $text;
}
