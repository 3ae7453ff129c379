// call/open_metrics.h: writes metrics in the format of OpenMetrics 1.0, or in Prometheus' older text format.
#pragma once

#include "apache/histogram.h"

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace pyhook {

/// A family of metrics. A counter only grows, until the server is restarted.
struct MetricFamily {
    enum class Kind { counter, gauge, histogram, summary };

    std::string_view name;
    Kind kind;
    std::string_view help;
};

struct MetricLabel {
    std::string_view name;
    std::string_view value;
};

/// A metric of things that are told apart by their labels, interpreters for example.
template <class Thing> struct Metric {
    MetricFamily family;
    double (*value)(const Thing &);
};

class MetricsText {
public:
    /// `open`: of OpenMetrics.
    explicit MetricsText(bool open) noexcept : open_(open) {}

    /// The samples that follow belong to this family.
    void begin(const MetricFamily &family);

    /// Labels of the samples that follow.
    void label(std::initializer_list<MetricLabel> labels) { label(std::span(labels.begin(), labels.size())); }
    void label(std::span<const MetricLabel> labels);

    /// The sample of a counter or a gauge.
    void add(double value);
    void add(const apache::Histogram &times);
    void add_summary(std::uint64_t count, double sum);

    /// Writes each metric of each thing. `labels_of` gives the labels of one.
    template <class Metrics, class Things, class Labels>
    void add(const Metrics &metrics, const Things &things, Labels labels_of) {
        for (const auto &metric : metrics) {
            begin(metric.family);
            for (const auto &thing : things) {
                label(labels_of(thing));
                add(metric.value(thing));
            }
        }
    }

    const std::string &finish();

private:
    void write(std::string_view suffix, double value, std::string_view bound = {});

    const bool open_;
    const MetricFamily *family_ = nullptr;
    std::string labels_;
    std::string text_;
};

} // namespace pyhook
