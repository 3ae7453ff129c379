# Chromium as a client of applications, driven by playwright-core. t/apps/run --browser installs both.
package PyHook::Browser;

use strict;
use warnings;

use PyHook::Config qw(top);

sub _modules { top() . '/node_modules' }

# Why there is no browser; '' if there is one.
sub missing {
    for my $command (qw(chromium node)) {
        return "there is no command $command: t/apps/run --browser installs it" unless grep { -x "$_/$command" } split /:/, $ENV{PATH};
    }
    return 'there is no playwright-core: t/apps/run --browser installs it' unless -d _modules() . '/playwright-core';
    return '';
}

# Configuration that serves the files of Swagger UI, which shows a page for an OpenAPI schema.
sub swagger { missing() ? '' : 'Alias /swagger "' . _modules() . qq(/swagger-ui-dist"\n) }

# Does the application's script find in the browser what it looks for? If not, shows what it said.
sub shows {
    my ($application, $script, @words) = @_;
    $application->set_environment(PYHOOK_NODE_MODULES => _modules());
    return $application->works('node', "$application->{app}/$script", @words);
}

1;
