# A filter over files: they are read part by part, directly into the chunks that Python gets.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test;

plan tests => 10;

my $path = Apache::Test::vars('documentroot') . '/filter_files.txt';
my $text = join '', map { sprintf "%07d\n", $_ } 1 .. 40_000; # 320,000 bytes: two chunks and a half

sub write_file {
    open my $file, '>', $path or die "$path: $!";
    print $file $text;
    close $file;
    chmod 0666, $path; # the filter shortens it
}

write_file();
for my $mmap (qw(mmap plain)) {
    is GET_BODY("/filter_files/$mmap/pass/filter_files.txt"), $text, "$mmap: what is passed on as it came is all of it";
    is GET_BODY("/filter_files/$mmap/keep/filter_files.txt"), $text, "$mmap: chunks stay what they were while later ones come";
    is GET_BODY("/filter_files/$mmap/sizes/filter_files.txt"), '131072 131072 57856 ', "$mmap: they are large";
}
is GET_BODY("/filter_files/part?$path"), substr($text, 1001, 200_000), 'a part of a file';

my $answer;
my $log = error_log_since { $answer = raw_request("GET /filter_files/mmap/cut/filter_files.txt HTTP/1.1\r\nHost: x\r\n\r\n") }
    qr/OSError/;
unlike $answer, qr/\r\n0\r\n\r\n$/, 'a file that is cut meanwhile ends the response without the last chunk';
like $log, qr/PYHOOK0010: output filter filter_files:cut raised.*OSError: the file that is sent can't be read: it has become shorter/s,
    'the log says why';
unlike $log, qr/exit signal/, 'and no process dies of it';
unlink $path;
