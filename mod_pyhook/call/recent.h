// call/recent.h: what this child has told last of failures and of loaded code, for the console.
#pragma once

#include "apache/httpd.h"

#include <atomic>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace pyhook {

enum class Kind : char { failure, reload };

/// What came of a request or of loading code.
struct RecentEntry {
    Kind kind = Kind::failure;
    std::string interpreter = {};
    std::string text = {}; // as the error log has it
    std::string method = {};
    std::string uri = {};
    std::string client = {};
    unsigned long number = 0; // no other of this child has it; later ones have greater ones
    apr_time_t time = 0;

    RecentEntry &of(const request_rec *r);
    RecentEntry &of(const conn_rec *c);
    RecentEntry &of(const server_rec *) { return *this; }
};

/// A list that drops its oldest entry for a new one. Only failures and reloads come here, so no request waits for the
/// lock that succeeds.
class Recent {
public:
    static Recent &here() noexcept;

    void add(RecentEntry entry) noexcept;

    /// Those with a greater number, the oldest first.
    std::vector<RecentEntry> since(unsigned long number);

    /// How often this child has loaded edited code.
    unsigned long reloads() const noexcept { return reloads_; }

private:
    static constexpr std::size_t most = 30;
    static constexpr std::size_t longest = 8192; // bytes of a text

    std::mutex mutex_;
    std::deque<RecentEntry> entries_;
    unsigned long last_ = 0;
    std::atomic<unsigned long> reloads_ = 0;
};

} // namespace pyhook
