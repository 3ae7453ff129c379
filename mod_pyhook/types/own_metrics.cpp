#include "types/own_metrics.h"

#include "apache/series.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr std::size_t most_families = 128;
constexpr std::size_t most_numbers = 1024;
constexpr std::size_t most_helps = 4 * most_families; // a code reload may change them; then the old one is shown
constexpr std::size_t most_bytes = 500;               // of a key

struct Numbers {
    using Series = apache::Series<std::atomic<double>, most_bytes>;
    using Times = apache::Series<std::atomic<apr_time_t>, most_bytes>;

    Series *families = nullptr;
    Series *labelled = nullptr;
    Times *helps = nullptr; // when each was given last
};
constinit Numbers numbers;

int make_numbers(apr_pool_t *pconf, apr_pool_t *, apr_pool_t *, server_rec *) noexcept {
    numbers = {.families = Numbers::Series::make(pconf, most_families),
               .labelled = Numbers::Series::make(pconf, most_numbers),
               .helps = Numbers::Times::make(pconf, most_helps)};
    return OK;
}

std::atomic<double> *find(Numbers::Series *among, std::string_view key) noexcept {
    return among == nullptr ? nullptr : among->find(key);
}

[[noreturn]] void raise_no_room() {
    py::raise(PyExc_RuntimeError,
              "there is no room for one more metric: the server has %zu, with at most %zu bytes of name, help and "
              "names of labels",
              most_families, most_bytes);
}

} // namespace

void attach_own_metrics() { ap_hook_post_config(&make_numbers, nullptr, nullptr, APR_HOOK_MIDDLE); }

bool define_number(std::string_view key, std::string_view documentation) {
    const std::size_t name = key.find('\0') + 1;
    const std::string help = std::string(key.substr(0, key.find('\0', name) + 1)).append(documentation).append(1, '\0');
    if (help.size() > most_bytes || find(numbers.families, key) == nullptr)
        return false;
    if (std::atomic<apr_time_t> *when = numbers.helps == nullptr ? nullptr : numbers.helps->find(help))
        when->store(apr_time_now(), std::memory_order_relaxed);
    return true;
}

bool change_number(std::string_view key, std::string_view family, double amount, bool replaces) noexcept {
    std::atomic<double> *number = key == family ? nullptr : find(numbers.labelled, key);
    if (number == nullptr)
        number = find(numbers.families, family);
    if (number == nullptr)
        return false;
    if (replaces)
        number->store(amount, std::memory_order_relaxed);
    else
        number->fetch_add(amount, std::memory_order_relaxed);
    return true;
}

void define_metric(py::borrowed, py::text family, py::text documentation) {
    if (!define_number(family.view(), documentation.view()))
        raise_no_room();
}

void change_metric(py::borrowed, py::text key, py::text family, double amount, bool replaces) {
    if (!change_number(key.view(), family.view(), amount, replaces))
        raise_no_room();
}

void each_own_metric(VisitOwnMetric *visit, void *to) {
    for (const Numbers::Series *series : {numbers.families, numbers.labelled})
        if (series != nullptr)
            series->each([&](std::string_view key, const std::atomic<double> &number) {
                visit(to, key, number.load(std::memory_order_relaxed), series == numbers.families);
            });
}

void each_metric_help(VisitMetricHelp *visit, void *to) {
    if (numbers.helps != nullptr)
        numbers.helps->each([&](std::string_view key, const std::atomic<apr_time_t> &when) {
            visit(to, key, when.load(std::memory_order_relaxed));
        });
}

} // namespace pyhook
