"""Handlers of the topics that need few lines."""

import sys

from mod_python import apache
from mod_python.requests import request_of

started = []


def started_function():
    started.append(apache.interpreter)


def shown(req):
    req.write(f"{started} {'others' in sys.modules}")
    return apache.OK


def interpreter(req):
    req.write(f"{req.interpreter} {req.pyhook.interpreter}")
    return apache.OK


def connectionhandler(conn):
    line = conn.readline()
    while line and line != b"end\n":
        conn.write(b"echo " + line)
        line = conn.readline()
    conn.write(f"{conn.local_ip} {conn.client_addr[0]}\n")
    return apache.OK


def includes(req):
    req.ssi_globals = {"data": "globals"}
    return apache.OK


def application(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("201 Made", [("Content-Type", "text/x-own"), ("X-Two", "a"), ("X-Two", "b")])
    return [environ["SCRIPT_NAME"].encode(), b" ", environ["PATH_INFO"].encode(), b" ", body]


def silent(environ, start_response):
    return [b"no start"]


def members(req):
    told = [
        req.method_number == apache.M_GET,
        req.finfo[apache.FINFO_FILETYPE] == req.finfo.filetype,
        req.parsed_uri[apache.URI_QUERY] == "q=1",
        req.get_remote_host(apache.REMOTE_NOLOOKUP) == req.useragent_ip,
        req.connection.base_server == apache.main_server,
        req.server.get_options() is req.server.get_options(),
        req.allowed_methods == () and req.content_languages == (),
        ("ServerRoot", apache.server_root()) == ("ServerRoot", apache.server_root()),
        any(line[0] == "<Location" for line in apache.config_tree() if isinstance(line, tuple)),
        apache.build_cgi_env(req)["REQUEST_METHOD"] == "GET",
        apache.stat(__file__, apache.APR_FINFO_MIN).filetype == apache.APR_REG,
        apache.MODULE_MAGIC_NUMBER_MAJOR >= 20120211,
        str(type(req.connection)) == "<class 'mp_conn'>",
        request_of(req.pyhook) is req,
    ]
    req.own = "attribute"
    req.write(repr([at for at, one in enumerate(told) if not one]) + req.own)
    return apache.OK


def table(req):
    table = apache.table({"A": "1"})
    table.add("a", "2")
    table["b"] = 3
    req.headers_out.add("X-Many", "1")
    req.headers_out.add("x-many", "2")
    req.write(f"{table['a']} {table.keys()} {'B' in table} {table.get('c')} {len(table)} {table.popitem()} {table!r}")
    req.write(f" {req.headers_out['X-MANY']} {table == {'a': '1'}}")
    return apache.OK


def exit(req):
    apache.register_cleanup(lambda text: apache.log_error(text), "the child ends")
    req.server.register_cleanup(req, lambda text: apache.log_error(text), "the server's too")
    req.write("registered")
    return apache.OK


def locked(req):
    import _apache

    taken = _apache._global_trylock(req.server, "key")
    again = _apache._global_trylock(req.server, "key")
    _apache._global_unlock(req.server, "key")
    req.write(f"{taken} {again}")
    return apache.OK
