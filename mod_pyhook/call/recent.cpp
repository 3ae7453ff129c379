#include "call/recent.h"

#include <new>

#include "py/poison.h"

namespace pyhook {

RecentEntry &RecentEntry::of(const request_rec *r) {
    method = r->method == nullptr ? "" : r->method;
    uri = r->unparsed_uri != nullptr ? r->unparsed_uri : r->uri != nullptr ? r->uri : "";
    client = r->useragent_ip == nullptr ? "" : r->useragent_ip;
    return *this;
}

RecentEntry &RecentEntry::of(const conn_rec *c) {
    client = c->client_ip == nullptr ? "" : c->client_ip;
    return *this;
}

Recent &Recent::here() noexcept {
    static auto *const only = new Recent; // threads report to the very end
    return *only;
}

void Recent::add(RecentEntry entry) noexcept try {
    if (entry.text.size() > longest) // the exception stands at the end
        entry.text.replace(longest / 4, entry.text.size() - longest, "\n…\n");
    entry.time = apr_time_now();
    reloads_ += entry.kind == Kind::reload ? 1 : 0;
    const std::lock_guard lock(mutex_);
    entry.number = ++last_;
    entries_.push_back(std::move(entry));
    if (entries_.size() > most)
        entries_.pop_front();
} catch (const std::bad_alloc &) { // the error log has it
}

std::vector<RecentEntry> Recent::since(unsigned long number) {
    std::vector<RecentEntry> found;
    const std::lock_guard lock(mutex_);
    for (const RecentEntry &entry : entries_)
        if (entry.number > number)
            found.push_back(entry);
    return found;
}

} // namespace pyhook
