// The words of PyHookInterpreter. Each line of an input is a word.
#include "directives/interpreters.h"
#include "httpd.h"

#include <string>
#include <vector>

using namespace pyhook;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const fuzz::Pool pool;
    std::string text(fuzz::text_of(data, size));
    std::vector<char *> words;
    for (char *line = strtok(text.data(), "\n"); line != nullptr; line = strtok(nullptr, "\n"))
        words.push_back(line);
    cmd_parms cmd{};
    cmd.pool = cmd.temp_pool = pool;
    InterpreterDefinition definition(pool, "fuzzed");
    if (read_interpreter(&cmd, definition, words) == nullptr)
        fuzz::demand(definition.count >= 1 && definition.count <= 64);
    return 0;
}
