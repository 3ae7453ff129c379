#include "types/own_metrics.h"

#include "apache/series.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr std::size_t most_families = 128;
constexpr std::size_t most_numbers = 1024;
constexpr std::size_t most_bytes = 500; // of a key

struct Numbers {
    using Series = apache::Series<std::atomic<double>, most_bytes>;

    Series *families = nullptr;
    Series *labelled = nullptr;
};
constinit Numbers numbers;

int make_numbers(apr_pool_t *pconf, apr_pool_t *, apr_pool_t *, server_rec *) noexcept {
    numbers = {.families = Numbers::Series::make(pconf, most_families),
               .labelled = Numbers::Series::make(pconf, most_numbers)};
    return OK;
}

std::atomic<double> *find(Numbers::Series *among, std::string_view key) noexcept {
    return among == nullptr ? nullptr : among->find(key);
}

} // namespace

void attach_own_metrics() { ap_hook_post_config(&make_numbers, nullptr, nullptr, APR_HOOK_MIDDLE); }

void change_metric(py::borrowed, py::text key, py::text family, double amount, bool replaces) {
    std::atomic<double> *number = key.view() == family.view() ? nullptr : find(numbers.labelled, key.view());
    if (number == nullptr)
        number = find(numbers.families, family.view());
    if (number == nullptr)
        py::raise(PyExc_RuntimeError,
                  "there is no room for one more metric: the server has %zu, with at most %zu bytes of name, help and "
                  "names of labels",
                  most_families, most_bytes);
    if (replaces)
        number->store(amount, std::memory_order_relaxed);
    else
        number->fetch_add(amount, std::memory_order_relaxed);
}

void each_own_metric(VisitOwnMetric *visit, void *to) {
    for (const Numbers::Series *series : {numbers.families, numbers.labelled})
        if (series != nullptr)
            series->each([&](std::string_view key, const std::atomic<double> &number) {
                visit(to, key, number.load(std::memory_order_relaxed), series == numbers.families);
            });
}

} // namespace pyhook
