# httpd accepts the pyhook.conf that a package installs, and every example in conf/examples, with the definitions of
# Debian's start script.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use PyHook::Config qw(module_line top);
use PyHook::Example;
use PyHook::Test;

my @examples = glob top() . '/conf/examples/*.conf';

plan tests => 1 + @examples;

for my $path (@examples, top() . '/conf/pyhook.conf') {
    my ($status, $output) = config_test(module_line('proxy_hcheck') . sprintf qq(Define APACHE_LOG_DIR \@t_logs\@\nPyHookPath "%s/conf/demo/site"\n%s),
        top(), PyHook::Example::read_file($path));
    is $status, 0, $path =~ s{.*/}{}r or diag $output;
}
