#include "call/open_metrics.h"

#include "apache/utf8.h"

#include <cstdio>

#include "py/poison.h"

namespace pyhook {

namespace {

using Kind = MetricFamily::Kind;

std::string_view word_for(Kind kind) {
    constexpr std::string_view words[] = {"counter", "gauge", "histogram", "summary"};
    return words[static_cast<std::size_t>(kind)];
}

/// OpenMetrics wants the unit also apart, where a name ends with one.
std::string_view unit_of(std::string_view name) {
    for (const std::string_view unit : {"seconds", "bytes"})
        if (name.ends_with(unit) && name[name.size() - unit.size() - 1] == '_')
            return unit;
    return {};
}

bool is_utf8(std::string_view text) {
    apache::Utf8Check check;
    return check.take(text) && check.is_whole();
}

std::string hexadecimal(unsigned char byte) {
    constexpr std::string_view digits = "0123456789abcdef";
    return {digits[byte >> 4], digits[byte & 15]};
}

/// Names in the configuration may have any bytes, but the formats are UTF-8.
void append_escaped(std::string &to, std::string_view text, bool with_quotes = true) {
    const bool keeps_all = is_utf8(text);
    for (const char byte : text)
        if (byte == '\\' || (byte == '"' && with_quotes))
            (to += '\\') += byte;
        else if (byte == '\n')
            to += "\\n";
        else if (keeps_all || static_cast<unsigned char>(byte) < 0x80)
            to += byte;
        else
            (to += "\\\\x") += hexadecimal(static_cast<unsigned char>(byte));
}

} // namespace

/// OpenMetrics names the family without `_total`; the older format knows only names of samples.
void MetricsText::begin(const MetricFamily &family) {
    family_ = &family;
    std::string described(family.name);
    if (!open_ && family.kind == Kind::counter)
        described += "_total";
    ((((text_ += "# TYPE ") += described) += " ") += word_for(family.kind)) += "\n";
    if (const std::string_view unit = unit_of(family.name); open_ && !unit.empty())
        ((((text_ += "# UNIT ") += described) += " ") += unit) += "\n";
    ((text_ += "# HELP ") += described) += " ";
    append_escaped(text_, family.help, open_);
    text_ += "\n";
}

void MetricsText::label(std::span<const MetricLabel> labels) {
    labels_.clear();
    for (const MetricLabel &label : labels) {
        ((labels_ += labels_.empty() ? "" : ",") += label.name) += "=\"";
        append_escaped(labels_, label.value);
        labels_ += '"';
    }
}

void MetricsText::write(std::string_view suffix, double value, std::string_view bound) {
    char number[32];
    std::snprintf(number, sizeof number, "%.15g", value);
    (text_ += family_->name) += suffix;
    if (!labels_.empty())
        (text_ += '{') += labels_;
    if (!bound.empty())
        ((text_ += ",le=\"") += bound) += '"';
    ((text_ += labels_.empty() ? " " : "} ") += number) += '\n';
}

void MetricsText::add(double value) { write(family_->kind == Kind::counter ? "_total" : "", value); }

/// The count is that of the last step, also while others add to the histogram.
void MetricsText::add(const apache::Histogram &times) {
    const auto counts = times.counts();
    for (std::size_t at = 0; at < counts.size(); ++at)
        write("_bucket", static_cast<double>(counts[at]), apache::Histogram::bounds[at].text);
    add_summary(counts.back(), times.seconds());
}

void MetricsText::add_summary(std::uint64_t count, double sum) {
    write("_count", static_cast<double>(count));
    write("_sum", sum);
}

const std::string &MetricsText::finish() {
    if (open_)
        text_ += "# EOF\n";
    return text_;
}

} // namespace pyhook
