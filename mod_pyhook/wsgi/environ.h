// wsgi/environ.h: makes the environ of a request from a template, of which each mount has one.
#pragma once

#include "py/lock.h"

#include "config/mount.h"
#include "gateway/variables.h"
#include "types/request.h"
#include "wsgi/names.h"

#include <map>
#include <mutex>
#include <vector>

namespace pyhook::wsgi {

/// What the adapter adds to the environ that httpd does not know.
struct Given {
    const Mount *mount; // null for a handler, which is not mounted
    const apache::Place &place;
    Request &request;
    py::ref input;
    gateway::BodyLength length;
};

/// The entries that the environs of one mount have in common.
struct Template {
    py::ref environ;
    std::vector<py::ref> values; // in `environ`: those that stay the same from one request to the next
};

/// The templates of one interpreter, and the strings that its requests share. Any thread may use it.
class Environs {
public:
    Environs(py::ref errors, py::borrowed file_wrapper);

    /// A new dict.
    py::ref make(const Given &given);

private:
    Template &template_for(const Mount *mount, const gateway::Source &source);
    void add_variables(py::borrowed environ, py::borrowed known, request_rec *r);
    void add_headers(py::borrowed environ, const Given &given, request_rec *r);

    py::gil_lock lock_;
    py::ref errors_;
    py::ref file_wrapper_;
    py::ref input_key_;
    py::ref terminated_key_;
    py::ref request_key_;
    std::vector<py::ref> lasting_keys_; // the keys that the template fills in
    std::vector<py::ref> passing_keys_; // the keys that each request fills in
    Names names_;
    std::uint64_t requests_ = 0;
    std::map<std::pair<const Mount *, const server_rec *>, Template> templates_;
};

} // namespace pyhook::wsgi
