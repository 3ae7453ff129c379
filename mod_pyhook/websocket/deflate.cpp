#include "websocket/deflate.h"

#include <algorithm>
#include <charconv>
#include <new>
#include <vector>
#include <zlib.h>

namespace pyhook::websocket {

namespace {

/// Ends the last block of a message. It is not sent (RFC 7692, 7.2.1).
constexpr std::string_view tail("\0\0\xff\xff", 4);

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

/// The parts of a list, without the spaces around them.
std::vector<std::string_view> parts_of(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(trimmed(text.substr(0, end)));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

/// A number from 8 to 15, with or without quotation marks.
std::optional<int> window_bits(std::string_view value) {
    if (value.size() > 1 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
    int bits = 0;
    const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), bits);
    if (problem != std::errc() || end != value.data() + value.size() || value.front() == '0' || bits < 8 || bits > 15)
        return std::nullopt;
    return bits;
}

/// Reads one parameter of an offer. Returns false if the offer can't be accepted.
bool take_parameter(std::string_view parameter, DeflateTerms &terms) {
    const std::size_t equals = parameter.find('=');
    const std::string_view name = trimmed(parameter.substr(0, equals));
    const bool has_value = equals != std::string_view::npos;
    const std::string_view value = has_value ? trimmed(parameter.substr(equals + 1)) : std::string_view();
    if (name == "server_no_context_takeover" && !has_value)
        return true; // this server never keeps its context
    if (name == "client_no_context_takeover" && !has_value) {
        terms.client_keeps_context = false;
        return true;
    }
    if (name == "client_max_window_bits" && !has_value)
        return true;
    const std::optional<int> bits = has_value ? window_bits(value) : std::nullopt;
    if (!bits)
        return false;
    if (name == "client_max_window_bits")
        terms.client_window_bits = *bits;
    else if (name == "server_max_window_bits" && *bits > 8) // zlib can't make a raw stream with a window of 256 bytes
        terms.server_window_bits = *bits;
    else
        return false;
    return true;
}

std::optional<DeflateTerms> terms_of(std::string_view offer) {
    const std::vector<std::string_view> words = parts_of(offer, ';');
    if (words.front() != "permessage-deflate")
        return std::nullopt;
    DeflateTerms terms;
    std::vector<std::string_view> seen;
    for (std::size_t at = 1; at < words.size(); ++at) {
        const std::string_view name = trimmed(words[at].substr(0, words[at].find('=')));
        if (std::find(seen.begin(), seen.end(), name) != seen.end() || !take_parameter(words[at], terms))
            return std::nullopt;
        seen.push_back(name);
    }
    return terms;
}

} // namespace

std::string DeflateTerms::header() const {
    std::string text = "permessage-deflate; server_no_context_takeover";
    if (!client_keeps_context)
        text += "; client_no_context_takeover";
    if (server_window_bits)
        text += "; server_max_window_bits=" + std::to_string(*server_window_bits);
    if (client_window_bits != 15)
        text += "; client_max_window_bits=" + std::to_string(client_window_bits);
    return text;
}

std::optional<DeflateTerms> accept_offer(std::string_view offers) {
    for (const std::string_view offer : parts_of(offers, ','))
        if (auto terms = terms_of(offer)) {
            terms->client_keeps_context = false; // otherwise each idle client would keep a window in memory
            return terms;
        }
    return std::nullopt;
}

struct Deflate::Streams {
    z_stream in{};
    bool reads = false;
};

Deflate::Deflate(const DeflateTerms &terms) : terms_(terms), streams_(std::make_unique<Streams>()) {}

Deflate::~Deflate() {
    if (streams_->reads)
        inflateEnd(&streams_->in);
}

bool Deflate::inflate(std::string_view piece, bool last, std::string &into, std::size_t most, bool &grew) {
    z_stream &stream = streams_->in;
    if (!streams_->reads && inflateInit2(&stream, -15) != Z_OK)
        return false;
    streams_->reads = true;
    for (const std::string_view part : {piece, last ? tail : std::string_view()}) {
        stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(part.data()));
        stream.avail_in = static_cast<uInt>(part.size());
        while (stream.avail_in > 0) {
            char room[16 * 1024];
            stream.next_out = reinterpret_cast<Bytef *>(room);
            stream.avail_out = sizeof(room);
            const int outcome = ::inflate(&stream, Z_SYNC_FLUSH);
            const std::size_t made = sizeof(room) - stream.avail_out;
            if (made > most - std::min(most, into.size())) {
                grew = true;
                return false;
            }
            into.append(room, made);
            if (outcome == Z_STREAM_END && ::inflateReset(&stream) != Z_OK) // after a final block others may come
                return false;
            if (outcome != Z_OK && outcome != Z_STREAM_END && outcome != Z_BUF_ERROR)
                return false;
            if (outcome == Z_BUF_ERROR && made == 0)
                break;
        }
    }
    if (last) {
        inflateEnd(&stream);
        stream = {};
        streams_->reads = false;
    }
    return true;
}

std::string Deflate::deflate(std::string_view message) {
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -terms_.server_window_bits.value_or(15), 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    std::string made(deflateBound(&stream, message.size()) + 16, '\0');
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(message.data()));
    stream.avail_in = static_cast<uInt>(message.size());
    stream.next_out = reinterpret_cast<Bytef *>(made.data());
    stream.avail_out = static_cast<uInt>(made.size());
    ::deflate(&stream, Z_SYNC_FLUSH);
    made.resize(made.size() - stream.avail_out);
    deflateEnd(&stream);
    if (std::string_view(made).ends_with(tail))
        made.resize(made.size() - tail.size());
    return made;
}

} // namespace pyhook::websocket
