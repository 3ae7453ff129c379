// sockets/expressions.h: callables in httpd's expressions: the functions and the operator "pyhook".
#pragma once

namespace pyhook {

/// Answers httpd's parser when it meets the name.
void attach_expressions();

} // namespace pyhook
