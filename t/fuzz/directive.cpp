// Lines of PyHookOutputFilter, PyHookInputFilter and of the WSGI directives, as httpd gives them to the module. The
// first byte chooses the directive, the second one the section around it, and each further line is a word. A refusal
// must name its directive.
#include "config/config.h"
#include "filters/filters.h"
#include "httpd.h"
#include "mounts/mounts.h"

#include <string>
#include <vector>

using namespace pyhook;

// Nothing is registered with httpd.
const char *pyhook::define_filter(apr_pool_t *, server_rec *, Direction, const FilterDefinition &definition) {
    fuzz::demand(*definition.name != '\0' && definition.target->file == nullptr);
    return nullptr;
}
void pyhook::mounts::attach_hooks() {}
void pyhook::mounts::attach_websocket_hook() {}

namespace {

const command_rec &row_at(std::size_t index) {
    static const auto rows = [] {
        std::vector<command_rec> made;
        for (const std::span<const command_rec> some : {filter_directives(), mounts::directives()})
            made.insert(made.end(), some.begin(), some.end());
        return made;
    }();
    return rows[index % rows.size()];
}

constexpr std::size_t most_words = 64; // httpd's limit

/// Calls the function of a directive. httpd itself refuses a wrong number of words.
const char *run(cmd_parms &cmd, void *config, std::vector<char *> &words) {
    const cmd_func &func = cmd.cmd->func;
    const std::size_t count = std::min(words.size(), most_words);
    words.resize(std::max<std::size_t>(count, 3));
    switch (cmd.cmd->args_how) {
    case TAKE1:
        return count == 1 ? func.take1(&cmd, config, words[0]) : nullptr;
    case TAKE12:
        return count == 1 || count == 2 ? func.take2(&cmd, config, words[0], words[1]) : nullptr;
    case TAKE23:
        return count == 2 || count == 3 ? func.take3(&cmd, config, words[0], words[1], words[2]) : nullptr;
    case TAKE_ARGV:
        return func.take_argv(&cmd, config, static_cast<int>(count), words.data());
    default:
        __builtin_trap();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size < 2)
        return 0;
    const fuzz::Pool pool;
    ServerConfig config(pool);
    fuzz::Server server(pool, &config);
    constexpr const char *names[] = {"<Location", "<LocationMatch", "<Directory", "<DirectoryMatch", "<If", "<Limit"};
    std::string text(fuzz::text_of(data + 2, size - 2));
    std::vector<char *> words;
    for (char *line = strtok(text.data(), "\n"); line != nullptr; line = strtok(nullptr, "\n"))
        words.push_back(line);
    ap_directive_t section{.directive = names[data[1] % std::size(names)], .args = words.empty() ? "" : words.back()};
    ap_directive_t line{.directive = row_at(data[0]).name, .args = "", .parent = &section};
    cmd_parms cmd{};
    cmd.pool = cmd.temp_pool = pool;
    cmd.server = server;
    cmd.cmd = &row_at(data[0]);
    cmd.info = cmd.cmd->cmd_data;
    cmd.directive = &line;
    cmd.err_directive = &line;
    cmd.path = const_cast<char *>(section.args);
    const ap_directive_t *tree = nullptr;
    DirConfig place(pool);
    const bool on_read = (cmd.cmd->req_override & EXEC_ON_READ) != 0;
    const char *problem = run(cmd, on_read ? static_cast<void *>(&tree) : &place, words);
    fuzz::demand(problem == nullptr || std::string_view(problem).starts_with(cmd.cmd->name));
    if (place.wsgi.set && place.wsgi.value->place.url != nullptr)
        fuzz::demand(!std::string_view(place.wsgi.value->place.url).ends_with('/'));
    return 0;
}
