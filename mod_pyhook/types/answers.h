// types/answers.h: functions that other httpd modules offer to Python, by name (mod_pyhook.h: pyhook_offer).
#pragma once

#include "apache/httpd.h"

namespace pyhook {

using Answer = const char *(request_rec *r, server_rec *s, const char *text);

/// Offers a function until httpd reads its configuration again.
void offer_answer(const char *name, Answer *answer) noexcept;

/// The function of this name, or null.
Answer *find_answer(const char *name) noexcept;

} // namespace pyhook
