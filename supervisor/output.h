// supervisor/output.h: what a program prints goes into httpd's error log, at a bearable rate.
#pragma once

#include "descriptor.h"
#include "processes/log_room.h"

#include <string>
#include <string_view>

namespace supervisor {

class Output {
public:
    Output() = default;
    /// `pipe` does not block when it is read.
    explicit Output(Descriptor pipe) : pipe_(std::move(pipe)) {}

    int descriptor() const { return pipe_.number(); }

    /// Logs the lines that are there under this name; not all if they come on and on.
    void pass_on(std::string_view name);

    /// Nothing comes any more: what is there, and a line without an end.
    void end(std::string_view name);

private:
    void take(std::string_view text, std::string_view name);
    void log_line(std::string_view line, std::string_view name);

    Descriptor pipe_;
    std::string begun_; // a line that has no end yet
    pyhook::processes::LogRoom room_{1000};
};

} // namespace supervisor
