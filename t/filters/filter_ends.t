# Every way in which a filter can end, at every moment of its life, in both directions, before every kind of content:
# the client gets the status that the filter names, or can tell that the response breaks off, and the child lives.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Config qw(mpm);
use PyHook::Server;
use PyHook::Tls;

my $server = PyHook::Server->new(children => 2);
make_certificate($server->{root});
$server->with_conf(<<'CONF' . tls_host($server->port + 2, '    Protocols h2 http/1.1'))->start;
PyHookOutputFilter OUT           filter_ends:generator
PyHookOutputFilter OUT-CLASS     filter_ends:Methods
PyHookOutputFilter OUT-PROTOCOL  filter_ends:generator type=protocol change=no
PyHookInputFilter  IN            filter_ends:generator
PyHookInputFilter  IN-CLASS      filter_ends:Methods
PyHookInputFilter  IN-PROTOCOL   filter_ends:generator type=protocol
PyHookPostReadRequest filter_ends:add
PyHookHeaderParser    filter_ends:add
PyHookFixups          filter_ends:add
PyHookInsertFilter    filter_ends:add
PyHookWSGIAlias /wsgi filter_ends:application
Alias /static @documentroot@/index.html
Alias /page   @documentroot@/filter_ends/page.html
ErrorDocument 451 /page
<Location /reads>
    PyHookHandler filter_ends:reads
</Location>
<Location /pieces>
    PyHookHandler filter_ends:pieces
</Location>
<Location /reports>
    PyHookHandler filter_ends:reports
</Location>
ProxyPass /proxied http://127.0.0.1:@port2@/reads
Listen 127.0.0.1:@port2@
<VirtualHost 127.0.0.1:@port2@>
    RequestHeader unset X-Add early
    <Location /reads>
        PyHookHandler filter_ends:reads
    </Location>
</VirtualHost>
CONF

my %status = (http => 451, redirect => 302, map { $_ => 500 } qw(error exit interrupt closed stop memory type));
my @moments = qw(start first middle end after finally);
my @ways    = (sort(keys %status), qw(return decline end));
my @phases  = qw(post_read_request header_parser fixups insert_filter);
my $upload  = 60_000; # several chunks; over HTTP/2 a client may send as much at once

# How a content makes its response: whole, so that a filter that fails late has sent nothing yet; in pieces, with a
# flush between them; or as httpd likes. And its answer if nothing is filtered.
my %contents = (
    static  => { made => 'whole',  full => qr{A plain file\.} },
    reads   => { made => 'whole',  full => qr{^0 bytes$}m, reads => 1 },
    reports => { made => 'whole',  full => qr{^0 bytes$}m, reads => 1, status => 404 },
    wsgi    => { made => 'whole',  full => qr{^0 bytes$}m, reads => 1 },
    pieces  => { made => 'pieces', full => qr{^one two$}m },
    proxied => { made => 'either', full => qr{^0 bytes$}m, reads => 1, sees_length => 1 },
);

# What a client must see: [status, or a list of them; pattern of the body; is it broken off: 0, 1 or both].
sub failed { my ($way) = @_; my $status = $status{$way} // 500;
    return { status => $status, body => $status == 451 ? qr{The page for a refusal} : qr{<h1>}, complete => 1,
        head => $status == 451 ? qr{^Link: <http://judge\.example/>; rel=blocked-by\r$}mi
              : $status == 302 ? qr{^Location: http://elsewhere\.example/\r$}mi : qr{(?:)} } }
sub complete { my ($status, $body) = @_; return { status => $status, body => $body, complete => 1, head => qr{(?:)} } }
my $broken = { complete => 0 };

sub is_failure { my ($moment, $way) = @_;
    return $status{$way} || $way eq 'decline' && $moment !~ /^(?:start|first)$/ }

sub of_output { my ($row, $protocol) = @_;
    my ($filter, $content, $moment, $way) = @$row{qw(filter content moment way)};
    my %is   = %{ $contents{$content} };
    my $sees_head = $filter eq 'OUT-PROTOCOL' && $protocol ne 'HTTP/2';
    my $made = $sees_head && $is{made} eq 'whole' ? 'pieces' : $is{made};
    my $full = complete($is{status} // 200, $is{full});
    my $late = $moment !~ /^(?:start|first)$/;
    return $full if $moment eq 'middle' && $made eq 'whole'; # there is none
    if (is_failure($moment, $way)) {
        return ($broken, $moment eq 'middle' ? $full : ()) # the head has left its filter
            if $filter eq 'OUT-PROTOCOL' && $protocol eq 'HTTP/2';
        return failed($way) if !$late || $made eq 'whole';
        return $broken      if $made eq 'pieces';
        return (failed($way), $broken, $moment eq 'middle' ? $full : ());
    }
    return complete(200, qr{^one $}m) if $way eq 'end' && $content eq 'pieces' && !$late;
    return $full;
}

sub of_input { my ($row, $protocol) = @_;
    my ($filter, $content, $moment, $way, $uploads) = @$row{qw(filter content moment way uploads)};
    my %is   = %{ $contents{$content} };
    my $read = $is{reads} && $uploads;
    my $full = complete($is{status} // 200, $read ? qr{^$upload bytes$}m : $is{full});
    my $early = $moment =~ /^(?:start|first|middle)$/;
    return $full if $moment =~ /^(?:first|middle)$/ && !$uploads;
    return $full if $filter eq 'IN-PROTOCOL' && !$early && $protocol ne 'HTTP/2'; # it never sees the end
    # mod_http2 resets a stream, with NO_ERROR, when its answer is complete and the end of its upload was not read (h2_session.c at
    # H2_SS_CLOSED_L, h2_stream_on_output_change in h2_stream.c): curl may lose the answer by it.
    my @reset = $uploads && $protocol eq 'HTTP/2' ? $broken : ();
    return ($full, $read ? () : @reset) if $way eq 'decline' && ($moment eq 'start' || !$uploads); # nothing was taken
    if (is_failure($moment, $way)) {
        my $at_once = $content eq 'static' && $protocol ne 'HTTP/2'; # httpd reads what a file's client sends before the file
        return (failed($way), @reset) if $moment eq 'start' || $at_once || $is{reads} && $filter ne 'IN-PROTOCOL';
        return (failed($way), $full, @reset); # the body is read when the response is complete, or not at all
    }
    return ($full, $is{reads} ? () : @reset)
        if $way ne 'end' || !$early || !$uploads || !$is{reads} && $filter ne 'IN-PROTOCOL';
    my $short = complete($is{status} // 200, qr{^(?:\d{1,4}|[1-5]\d{4}) bytes$}m);
    return ($short, $is{sees_length} ? complete(400, qr{<h1>}) : (), @reset) if $filter ne 'IN-PROTOCOL';
    # cut off without httpd's knowledge
    return (complete(400, qr{<h1>}), $is{reads} ? () : $full, @reset ? ($short, @reset) : ());
}

sub row_name { my ($row) = @_; return join ' ', grep { defined } @$row{qw(filter phase content moment way)}, $row->{uploads} ? 'POST' : 'GET' }

my @rows;
for my $filter (qw(OUT OUT-CLASS IN IN-CLASS OUT-PROTOCOL IN-PROTOCOL)) {
    for my $content (sort keys %contents) {
        for my $moment (@moments) {
            for my $way (@ways) {
                next if $filter =~ /CLASS/ && ($moment eq 'after' || !$status{$way} || $way eq 'type' && $moment =~ /^(?:start|finally)$/);
                next if $filter eq 'OUT-PROTOCOL' && $way !~ /^(?:http|error|return)$/;
                for my $uploads ($filter =~ /^IN/ ? (0, 1) : (0)) {
                    push @rows, { filter => $filter, content => $content, moment => $moment, way => $way, uploads => $uploads,
                        phase => $phases[@rows % @phases] };
                }
            }
        }
    }
}

my $scratch = $server->{root};
open my $body, '>', "$scratch/upload" or die $!;
print $body 'x' x $upload;
close $body or die $!;

# [exit status of curl, HTTP status, head and body, curl's message] for each row, by one curl.
sub answers { my ($protocol, @asked) = @_;
    open my $words, '>', "$scratch/words" or die $!;
    for my $row (@asked) {
        print $words "url = \"$protocol->{url}/$row->{content}\"\nheader = \"X-Plan: $row->{moment}=$row->{way}\"\n",
            "header = \"X-Add: $row->{phase} $row->{filter}\"\nheader = \"Expect:\"\ninclude\nmax-time = 20\n$protocol->{words}\n",
            $row->{uploads} ? "data-binary = \"\@$scratch/upload\"\n" : '', qq(write-out = "\\n=%{exitcode}=%{http_code}=%{errormsg}=\\n"\nnext\n);
    }
    close $words or die $!;
    open my $output, '-|', "curl -s -K $scratch/words 2>&1" or die "curl: $!";
    local $/;
    my $text = <$output>;
    close $output;
    my @answers;
    push @answers, [$2, $3, $1, $4] while $text =~ /(.*?)\n=(\d+)=(\d+)=([^\n]*)=\n/gs;
    return @answers;
}

sub fits { my ($answer, $wanted) = @_;
    my ($exit, $status, $text) = @$answer;
    return $exit =~ /^(?:18|56|92)$/ if !$wanted->{complete};
    return $exit == 0 && $status == $wanted->{status} && $text =~ $wanted->{head} && $text =~ $wanted->{body};
}

my %protocols = ('HTTP/1.1' => { url => $server->url(''), words => 'http1.1' },
    mpm() eq 'prefork' ? () : ('HTTP/2' => { url => 'https://127.0.0.1:' . ($server->port + 2), words => "http2\ninsecure" }));
for my $protocol (sort keys %protocols) {
    my @answers = answers($protocols{$protocol}, @rows);
    is @answers, @rows, "$protocol: each of " . @rows . ' requests is answered';
    my %wrong;
    my %asked;
    for my $at (0 .. $#answers) {
        my $row = $rows[$at];
        my $group = "$row->{filter} before $row->{content}";
        $asked{$group}++;
        my @wanted = $row->{filter} =~ /^IN/ ? of_input($row, $protocol) : of_output($row, $protocol);
        next if grep { fits($answers[$at], $_) } @wanted;
        push @{ $wrong{$group} }, row_name($row) . ": curl says $answers[$at][0], $answers[$at][1], $answers[$at][3]:\n" . substr($answers[$at][2], 0, 600);
    }
    for my $group (sort keys %asked) {
        ok !$wrong{$group}, "$protocol: $group: $asked{$group} ways to end" or diag scalar(@{ $wrong{$group} }), " wrong\n", join "\n", grep { defined } @{ $wrong{$group} }[0 .. 3];
    }
}
is_deeply [$server->error_log =~ /.*exit signal.*/g], [], 'no child crashed';
done_testing;
