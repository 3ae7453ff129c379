# Memory does not grow, however long a response or an upload is. PYHOOK_LONG=1 takes 2 GB instead of 96 MB.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Config qw(top);
use PyHook::Server;
use PyHook::Test;

my $megabytes = $ENV{PYHOOK_LONG} ? 2048 : 96;
my $bytes     = $megabytes * 1024 * 1024;

plan tests => 8;

my $file = top() . "/t/logs/filter_memory-$$";
for my $size (4, $megabytes) {
    open my $sparse, '>', "$file.$size" or die "$file: $!";
    truncate $sparse, $size * 1024 * 1024 or die "$file: $!";
}

my $server = PyHook::Server->new(children => 1, conf => <<"CONF")->start;
PyHookOutputFilter UPPER filter_memory:upper
PyHookOutputFilter WATCH filter_memory:watch
PyHookInputFilter  UPPER filter_memory:upper
<Location /download>
    PyHookHandler filter_memory:download
    SetOutputFilter UPPER
</Location>
<Location /upload>
    PyHookHandler filter_memory:upload
    SetInputFilter UPPER
    LimitRequestBody 0
</Location>
AliasMatch ^/(?:file|upper)/(.*) $file.\$1
<Location /file>
    SetOutputFilter WATCH
</Location>
<Location /upper>
    SetOutputFilter UPPER
</Location>
CONF

sub highest_kb {
    my ($child) = $server->child_pids;
    open my $status, '<', "/proc/$child/status" or die "no child: $!";
    return join('', <$status>) =~ /^VmHWM:\s+(\d+)/m ? $1 : die 'no VmHWM';
}

sub size_of { my $size = `curl -s --max-time 600 -o /dev/null -w '%{size_download}' '@{[$server->url($_[0])]}'`; return $size }

sub sent {
    my ($megabytes) = @_;
    my $url = $server->url('/upload');
    return `head -c ${megabytes}M /dev/zero | tr '\\000' x | curl -s --max-time 600 -T - '$url'`;
}

sub flat {
    my ($what, $work, $expected) = @_;
    $work->(4); # the memory that it takes in any case
    my $before = highest_kb();
    is $work->($megabytes), $expected, "$what: all of it";
    my $grown = highest_kb() - $before;
    SKIP: {
        skip 'a sanitizer keeps what is freed', 1 unless memory_tells();
        cmp_ok $grown, '<', 12 * 1024, "it takes no memory, $grown KB";
    }
}

flat("$megabytes MB made by a handler", sub { size_of("/download?$_[0]") }, $bytes);
flat("$megabytes MB uploaded",          sub { sent($_[0]) },                $bytes);
flat("a file of $megabytes MB",         sub { size_of("/upper/$_[0]") },         $bytes);
flat("the same, only watched",          sub { size_of("/file/$_[0]") },         $bytes);
unlink map { "$file.$_" } 4, $megabytes;
