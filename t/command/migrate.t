# `pyhook migrate`: httpd accepts what comes out, and serves the same.
use strict;
use warnings;

use Apache::Test qw(-withtestmore);
use Apache::TestRequest;
use PyHook::Config qw(new_directory top);
use PyHook::Server;

my $directory = new_directory('migrated');
mkdir "$directory/$_" or die "$_: $!" for qw(shop shop/shop_site old);

sub write_file { my ($path, $text) = @_; open my $file, '>', "$directory/$path" or die "$path: $!"; print $file $text; close $file or die $! }

sub application { my ($name, $says) = @_; return <<"PYTHON" }
def $name(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"$says " + environ["PATH_INFO"].encode()]
PYTHON

write_file('shop/shop_site/__init__.py', '');
write_file('shop/shop_site/wsgi.py', application('application', 'shop'));
write_file('old/old.wsgi', application('main', 'old'));
write_file('old.conf', <<"CONF");
<IfModule mod_wsgi.c>
    WSGIDaemonProcess shop python-path=$directory/shop
    WSGIProcessGroup shop
    WSGIApplicationGroup %{GLOBAL}
    WSGIScriptAlias /shop $directory/shop/shop_site/wsgi.py
    WSGIScriptAlias /old "$directory/old/old.wsgi" callable-object=main
    WSGIPassAuthorization On
    WSGIErrorOverride On
    <Directory $directory>
        Require all granted
    </Directory>
</IfModule>
CONF

my $migrated = do { local $ENV{PYTHONPATH} = top() . '/python'; `python3 -m pyhook migrate $directory/old.conf` };
is $?, 0, 'the configuration is migrated';
is_deeply [$migrated =~ /^\s*# TODO: (.*)/mg], ["not offered: the client gets the application's own page"], 'what needs a person is marked';

# What guards the file of an application goes on doing so.
write_file('guarded.conf', <<"CONF");
WSGIPythonPath $directory/shop
WSGIScriptAlias /guarded $directory/shop/shop_site/wsgi.py
<Directory $directory/shop>
    AuthType Basic
    AuthName shop
    AuthBasicProvider file
    AuthUserFile $directory/users
    Require valid-user
</Directory>
CONF
write_file('users', '');
my $guarded = do { local $ENV{PYTHONPATH} = top() . '/python'; `python3 -m pyhook migrate $directory/guarded.conf` };
my $asks = PyHook::Server->new(conf => $guarded)->start;
is GET($asks->url('/guarded/x'))->code, 401, 'who may come to a file is still asked';

my $server = PyHook::Server->new(conf => $migrated);
my ($status, $output) = $server->config_test;
is $status, 0, 'httpd accepts it' or diag $output;
$server->start;
is GET($server->url('/shop/x'))->content, 'shop /x', 'an application by its module';
is GET($server->url('/old/x'))->content, 'old /x', 'one by its file';
done_testing;
