# A handler name that is nearly one of mod_pyhook's: httpd accepts any name, and serves the file or a 404 without a word.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Test qw(:DEFAULT write_file);

# Lines that are refused => the directive, the name it gives, and the name to write.
my @refused = (
    ['SetHandler pyhook-heath'         => 'SetHandler', 'pyhook-heath',   'pyhook-health'],
    ['SetHandler "pyhook-metric"'      => 'SetHandler', 'pyhook-metric',  'pyhook-metrics'],
    ['SetHandler PyHook-Heath'         => 'SetHandler', 'PyHook-Heath',   'pyhook-health'],
    ['SetHandler pyhook_metrics'       => 'SetHandler', 'pyhook_metrics', 'pyhook-metrics'],
    ['SetHandler pyhook-'              => 'SetHandler', 'pyhook-',        'pyhook-\w+'],
    ['SetHandler pyhook-wsig'          => 'SetHandler', 'pyhook-wsig',    'pyhook-wsgi'],
    ["<If \"true\">\nSetHandler pyhook-heath\n</If>" => 'SetHandler', 'pyhook-heath', 'pyhook-health'],
    ["<IfModule core.c>\nSetHandler pyhook-heath\n</IfModule>" => 'SetHandler', 'pyhook-heath', 'pyhook-health'],
    ['AddHandler pyhook-heath .health' => 'AddHandler', 'pyhook-heath',   'pyhook-health'],
    ["<Files x>\nAddHandler pyhook-metric .a .b\n</Files>" => 'AddHandler', 'pyhook-metric', 'pyhook-metrics'],
);
# What is right, and what is known only when a request comes, or never.
my @accepted = (
    'SetHandler pyhook-health', 'SetHandler PyHook-Metrics', 'SetHandler pyhook', 'SetHandler none', 'SetHandler pyro-health',
    'SetHandler "pyhook-%{HTTP:X-What}"', "SetHandler \"%{reqenv:HANDLER}\"", 'AddHandler pyhook-metrics .metrics',
    'AddHandler python-program .py', "<IfModule no_such.c>\nSetHandler pyhook-heath\nAddHandler pyhook-heath .x\n</IfModule>",
);

plan tests => 2 * @refused + @accepted + 3;

for my $case (@refused) {
    my ($line, $directive, $name, $right) = @$case;
    my ($status, $output) = config_test("<Directory /srv/x>\n$line\n</Directory>\n");
    isnt $status, 0, ($line =~ tr/\n/,/r) . ' is refused';
    like $output, qr/Syntax error on line \d+ of \S+httpd\.conf:\s+(?:\[.*\] )?$directive: there is no handler '\Q$name\E': write $right\n/,
        'with its line and the name to write';
}
for my $line (@accepted) {
    my ($status, $output) = config_test("<Directory /srv/x>\n$line\n</Directory>\n");
    is $status, 0, ($line =~ tr/\n/,/r) . ' is accepted' or diag $output;
}

my $directory = Apache::Test::vars('t_logs') . '/handler_names';
write_file("$directory/.htaccess", "SetHandler pyhook-heath\n");
write_file("$directory/page.html", 'page');
my $server = PyHook::Server->new(children => 1, conf => "PyHookHandler none\n"
    . "Alias /x $directory\n<Directory $directory>\nAllowOverride All\nRequire all granted\n</Directory>\n")->start;
is GET_RC($server->url('/x/page.html')), 500, 'in .htaccess it is an error, as every wrong line';
like $server->error_log, qr/\.htaccess: SetHandler: there is no handler 'pyhook-heath': write pyhook-health/, 'that the log explains';
write_file("$directory/.htaccess", "SetHandler default-handler\n");
is GET_BODY($server->url('/x/page.html')), 'page', 'and every right name is accepted';
