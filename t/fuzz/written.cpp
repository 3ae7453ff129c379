// "module:callable argument", in expressions and log formats: an accepted text falls into its two parts.
#include "config/named.h"
#include "httpd.h"

#include <string>

using namespace pyhook;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const fuzz::Pool pool;
    const fuzz::Server server(pool);
    const std::string text(fuzz::text_of(data, size).substr(0, fuzz::text_of(data, size).find('\0')));
    Written written{};
    const char *problem = read_written(pool, text.c_str(), written);
    const std::string spec = text.substr(0, text.find(' '));
    fuzz::demand((problem == nullptr) == (spec_problem(pool, spec) == nullptr));
    if (problem != nullptr)
        return 0;
    fuzz::demand(written.choice.spec() == spec);
    const std::string argument = written.argument == nullptr ? "" : written.argument;
    fuzz::demand(text.ends_with(argument) && argument.find_first_not_of(' ') == (argument.empty() ? argument.npos : 0));
    fuzz::demand(text.find_first_not_of(' ', spec.size()) ==
                 (argument.empty() ? text.npos : text.size() - argument.size()));
    return 0;
}
