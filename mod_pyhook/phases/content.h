// phases/content.h: what a content handler returns becomes the response's body.
#pragma once

#include "call/entry.h"
#include "types/request.h"

namespace pyhook {

class Transmission;

/// Is it bytes, str or an iterator?
bool is_body(py::borrowed result) noexcept;

/// Sends it, but for what `body` sends at its `finish`. An exception on the way is logged; when the response had begun,
/// the client sees it break off.
int send_body(Request &request, const Site &site, py::borrowed result, Transmission &body);

} // namespace pyhook
