#include "call/latency.h"

#include "apache/series.h"
#include "apache/table.h"

#include "config/config.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr std::size_t most_callables = 512; // with a histogram of their own
constexpr const char *other = "other";

/// Made anew at every restart. There is room for a loop and for other callables of each interpreter.
struct Histograms {
    apache::Series<apache::Histogram> *callables = nullptr;
    apache::Series<apache::Histogram> *others = nullptr;
};
constinit Histograms histograms;

std::size_t interpreters_of(const ServerConfig &config) {
    std::size_t count = 1 + apache::elements<const ProcessesDefinition *>(config.processes).size();
    for (const InterpreterDefinition &each : apache::elements<InterpreterDefinition>(config.interpreters))
        count += static_cast<std::size_t>(each.count);
    return count;
}

int make_histograms(apr_pool_t *pconf, apr_pool_t *, apr_pool_t *, server_rec *s) noexcept {
    const std::size_t others = 2 * interpreters_of(ServerConfig::of(s));
    histograms = {.callables = apache::Series<apache::Histogram>::make(pconf, most_callables),
                  .others = apache::Series<apache::Histogram>::make(pconf, others)};
    return OK;
}

} // namespace

void attach_latencies() { ap_hook_post_config(&make_histograms, nullptr, nullptr, APR_HOOK_MIDDLE); }

apache::Histogram *latency_of(std::string_view interpreter, const Site &site) noexcept {
    if (ap_extended_status == 0 || histograms.callables == nullptr || histograms.others == nullptr)
        return nullptr;
    apache::Histogram *own = histograms.callables->find({interpreter, site.phase, site.callable});
    return own != nullptr ? own : histograms.others->find({interpreter, other, other});
}

apache::Histogram *loop_latency_of(std::string_view interpreter) noexcept {
    return histograms.others == nullptr ? nullptr : histograms.others->find({interpreter});
}

void each_latency(VisitLatency *visit, void *to) {
    for (const auto *series : {histograms.callables, histograms.others})
        if (series != nullptr)
            series->each([&](std::string_view key, const apache::Histogram &times) { visit(to, key, times); });
}

/// A site that finds no place here is looked up in the shared memory at every call.
apache::Histogram *KnownLatencies::find(const Site &site) noexcept {
    apache::Histogram *found = latency_of(state_.interpreter.name(), site);
    const std::lock_guard lock(adding_);
    if (found == nullptr || added_ == known_.size() / 2)
        return found;
    std::size_t at = place_of(site) % known_.size();
    while (known_[at].callable != nullptr) // another thread may have added the same site: then there are two
        at = (at + 1) % known_.size();
    known_[at].phase = site.phase;
    known_[at].histogram = found;
    known_[at].callable.store(site.callable, std::memory_order_release);
    ++added_;
    return found;
}

} // namespace pyhook
