// hooks.h: httpd's hooks, which ask Python where a directive, or a handler of the same request, has named handlers.
#pragma once

namespace mod_python {

void attach_hooks();

} // namespace mod_python
