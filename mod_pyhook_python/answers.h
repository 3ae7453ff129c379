// answers.h: what Python asks of this module: texts of the configuration, and fields of httpd's records that mod_pyhook
// does not show.
#pragma once

namespace mod_python {

/// Offers the functions to Python. Gives true.
bool offer_answers();

} // namespace mod_python
