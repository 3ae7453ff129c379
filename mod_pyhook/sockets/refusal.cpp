#include "sockets/refusal.h"

namespace pyhook {

namespace {

constexpr const char *failed_note = "pyhook:undecided";

constinit bool attached = false;

int refuse(request_rec *r) {
    return apr_table_get(r->notes, failed_note) != nullptr ? HTTP_INTERNAL_SERVER_ERROR : DECLINED;
}

} // namespace

void attach_refusal() {
    if (!attached)
        ap_hook_fixups(&refuse, nullptr, nullptr, APR_HOOK_REALLY_LAST);
    attached = true;
}

void forget_attached_refusal() { attached = false; }

void refuse_content(request_rec *r) { apr_table_setn(r->notes, failed_note, "1"); }

} // namespace pyhook
