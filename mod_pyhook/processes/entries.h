// processes/entries.h: what the error log tells last of one worker process and its successors, in the memory that the
// supervisor and httpd's children share.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace pyhook::processes {

struct Entry {
    std::int64_t time; // microseconds since 1970; no other entry of the place has it
    pid_t pid;         // 0: no process could be started
    std::string text;
};

/// The latest ones. All bytes zero is none. The supervisor alone writes, without a lock: who reads leaves out an entry
/// that is just being replaced.
class Entries {
public:
    void add(pid_t pid, std::string_view text) noexcept {
        using std::chrono::duration_cast;
        const auto now =
            duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
        const std::int64_t time = std::max<std::int64_t>(now, newest() + 1); // the clock may be set back
        Kept &kept = *std::min_element(kept_.begin(), kept_.end(), is_older);
        kept.time.store(0, std::memory_order_relaxed);
        kept.pid.store(pid, std::memory_order_release);
        text = text.substr(0, longest);
        kept.size.store(static_cast<std::uint32_t>(text.size()), std::memory_order_release);
        for (std::size_t at = 0; at < text.size(); ++at)
            kept.text[at].store(text[at], std::memory_order_release);
        kept.time.store(time, std::memory_order_release);
    }

    /// The oldest first.
    std::vector<Entry> all() const {
        std::vector<Entry> found;
        for (const Kept &kept : kept_)
            if (Entry entry = read(kept); entry.time != 0)
                found.push_back(std::move(entry));
        std::sort(found.begin(), found.end(),
                  [](const Entry &one, const Entry &other) { return one.time < other.time; });
        return found;
    }

private:
    static constexpr std::size_t most = 8;
    static constexpr std::size_t longest = 10'000; // bytes

    struct Kept {
        std::atomic<std::int64_t> time; // 0: nothing is here
        std::atomic<pid_t> pid;
        std::atomic<std::uint32_t> size;
        std::array<std::atomic<char>, longest> text;
    };

    static bool is_older(const Kept &one, const Kept &other) noexcept {
        return one.time.load(std::memory_order_relaxed) < other.time.load(std::memory_order_relaxed);
    }

    std::int64_t newest() const noexcept { return std::max_element(kept_.begin(), kept_.end(), is_older)->time; }

    /// Who reads anything that replaces the entry also sees that its time is gone. Fences would say so in fewer words,
    /// but ThreadSanitizer does not know them.
    static Entry read(const Kept &kept) {
        Entry entry{.time = kept.time.load(std::memory_order_acquire),
                    .pid = kept.pid.load(std::memory_order_acquire),
                    .text =
                        std::string(std::min<std::size_t>(kept.size.load(std::memory_order_acquire), longest), ' ')};
        for (std::size_t at = 0; at < entry.text.size(); ++at)
            entry.text[at] = kept.text[at].load(std::memory_order_acquire);
        if (kept.time.load(std::memory_order_relaxed) != entry.time)
            entry.time = 0;
        return entry;
    }

    std::array<Kept, most> kept_;
};

} // namespace pyhook::processes
