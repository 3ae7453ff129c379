# Python removes a field in some phase: httpd and its modules may refuse the request, but nothing crashes.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;

my @phases = qw(post_read_request pre_translate_name translate_name map_to_storage header_parser access_checker type_checker
    fixups insert_filter handler log_transaction);
my @fields = qw(uri args path_info filename handler user auth_type status_line content_type content_encoding);
my @paths = qw(/index.html /types/ /types /none/at/all /types/page.txt/more?x /types/handled);

plan tests => scalar @phases;

Apache::TestRequest::module('unset');
for my $phase (@phases) {
    my @lost;
    for my $field (@fields) {
        for my $path (@paths) {
            my $response = GET $path, Forget => "$phase $field", redirect_ok => 0;
            push @lost, "$field of $path" if $response->header('Client-Warning');
        }
    }
    is "@lost", '', "$phase: every request is answered";
}
