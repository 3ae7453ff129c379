// Lines of PyHookOutputFilter, PyHookInputFilter and of the WSGI directives, as httpd hands them over: one byte chooses
// the directive, one the section it stands in, and each further line is a word. A refusal names its directive.
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

constexpr std::size_t most_words = 64; // httpd's own limit

const char *run(cmd_parms &cmd, void *config, std::vector<char *> &words) {
    words.resize(std::min(words.size(), most_words));
    if (cmd.cmd->args_how == TAKE_ARGV)
        return cmd.cmd->func.take_argv(&cmd, config, static_cast<int>(words.size()), words.data());
    if (words.size() != (cmd.cmd->args_how == TAKE2 ? 2 : 1)) // httpd says so itself
        return nullptr;
    return words.size() == 2 ? cmd.cmd->func.take2(&cmd, config, words[0], words[1])
                             : cmd.cmd->func.take1(&cmd, config, words[0]);
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
    cmd.directive = &line;
    cmd.err_directive = &line;
    cmd.path = const_cast<char *>(section.args);
    const ap_directive_t *tree = nullptr;
    DirConfig place(pool);
    const bool on_read = (cmd.cmd->req_override & EXEC_ON_READ) != 0;
    const char *problem = run(cmd, on_read ? static_cast<void *>(&tree) : &place, words);
    fuzz::demand(problem == nullptr || std::string_view(problem).starts_with(cmd.cmd->name));
    if (place.wsgi.set && place.wsgi.value->url != nullptr)
        fuzz::demand(!std::string_view(place.wsgi.value->url).ends_with('/'));
    return 0;
}
