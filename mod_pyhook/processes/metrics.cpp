#include "apache/table.h"

#include "call/open_metrics.h"
#include "processes/look.h"

#include <array>
#include <string>

namespace pyhook::processes {

namespace {

using Kind = MetricFamily::Kind;

/// Of each process, or of each place where one belongs.
constexpr Metric<Seen> metrics[] = {
    {{"pyhook_process_up", Kind::gauge, "1 if the process takes requests."},
     [](const Seen &process) { return process.life == Life::ready ? 1.0 : 0.0; }},
    {{"pyhook_process_requests", Kind::counter, "Requests sent to this process and those before it."},
     [](const Seen &process) { return static_cast<double>(process.requests); }},
    {{"pyhook_process_requests_in_flight", Kind::gauge, "Requests that the process works for."},
     [](const Seen &process) { return static_cast<double>(process.busy); }},
    {{"pyhook_process_websockets_open", Kind::gauge, "WebSockets that the process serves."},
     [](const Seen &process) { return static_cast<double>(process.sockets); }},
    {{"pyhook_process_starts", Kind::counter, "Processes that were started here."},
     [](const Seen &process) { return static_cast<double>(process.starts); }},
    {{"pyhook_process_memory_bytes", Kind::gauge, "Resident memory of the process."},
     [](const Seen &process) { return static_cast<double>(process.memory); }},
    {{"pyhook_process_age_seconds", Kind::gauge, "Time since the process became ready."},
     [](const Seen &process) { return static_cast<double>(process.age); }},
};

constexpr MetricFamily waiting{"pyhook_processes_waiting", Kind::gauge, "Requests that wait for a process."};
constexpr MetricFamily refused{"pyhook_processes_refused", Kind::counter, "Requests that got a 503."};

void write_queues(MetricsText &text, std::span<ProcessesDefinition *const> all) {
    text.begin(waiting);
    for (const ProcessesDefinition *each : all) {
        text.label({{"processes", each->name}});
        text.add(waiting_in(*each->channels->board));
    }
    text.begin(refused);
    for (const ProcessesDefinition *each : all) {
        const Board &board = *each->channels->board;
        text.label({{"processes", each->name}, {"reason", "queue"}});
        text.add(static_cast<double>(board.refused_full));
        text.label({{"processes", each->name}, {"reason", "queue-timeout"}});
        text.add(static_cast<double>(board.refused_late));
    }
}

} // namespace

void write_metrics(MetricsText &text) {
    const auto all = apache::elements<ProcessesDefinition *>(ServerConfig::of(ap_server_conf).processes);
    if (all.empty() || all.front()->channels == nullptr)
        return;
    const std::vector<Seen> seen = all_processes();
    std::string name;
    text.add(metrics, seen, [&name](const Seen &process) {
        name = process.name();
        return std::array{MetricLabel{"processes", process.definition->name}, MetricLabel{"process", name}};
    });
    write_queues(text, all);
}

} // namespace pyhook::processes
