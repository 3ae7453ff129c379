"""The cases, but those of worker processes."""

from __future__ import annotations

from collections.abc import Sequence

from case import HELLO, TEXT, Case
from process_cases import PROCESS_CASES

SMALL = b"small file\n"

BROWSER = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language: en-US,en;q=0.5",
    "Accept-Encoding: gzip, deflate",
    "Referer: http://localhost/index.html",
    "Cookie: session=0123456789abcdef0123456789abcdef",
    "Upgrade-Insecure-Requests: 1",
)


def handler(name: str) -> dict[str, str]:
    """One content handler in every language that can write one."""
    return {
        "C": f"<Location />\nSetHandler bench-{name}\n</Location>\n",
        "mod_pyhook": f"<Location />\nPyHookHandler bench_hooks:{name}\n</Location>\n",
        "mod_python": f"<Location />\nSetHandler mod_python\nPythonHandler bench_mod_python::{name}\n</Location>\n",
        "mod_perl": f"<Location />\nSetHandler modperl\nPerlResponseHandler Apache2::Bench::{name}\n</Location>\n",
        "mod_lua": f"LuaMapHandler / @apps@/bench.lua {name}\n",
    }


def wsgi(name: str) -> dict[str, str]:
    """One WSGI application behind every adapter, beside a handler in C that answers the same."""
    file = f"WSGIScriptAlias / @apps@/bench_wsgi.py\nWSGICallableObject {name}\n"
    return {
        "C": handler(name)["C"],
        "mod_pyhook": f"PyHookWSGIAlias / bench_wsgi:{name}\n",
        "mod_wsgi embedded": file,
        "mod_wsgi daemon": file,
        "mod_python": "<Location />\nSetHandler mod_python\nPythonHandler mod_python.wsgi\n"
        f"PythonOption mod_python.wsgi.application bench_wsgi::{name}\n</Location>\n",
    }


# With a state that a thread keeps, its child aborts after some hundred filtered requests (PANIC: attempt to index a thread
# value).
LUA_FILTER = "LuaScope request\n"


def output_filter(name: str) -> dict[str, str]:
    """The same filter over a static file."""
    switch_on = "<Location />\nSetOutputFilter {}\n</Location>\n"
    return {
        "C": switch_on.format(f"BENCH_{name.upper()}"),
        "mod_pyhook": f"PyHookOutputFilter bench bench_filters:{name}\n" + switch_on.format("bench"),
        "mod_python": f"PythonOutputFilter bench_mod_python::filter_{name} bench\n" + switch_on.format("bench"),
        "mod_perl": f"<Location />\nPerlOutputFilterHandler Apache2::Bench::filter_{name}\n</Location>\n",
        "mod_lua": LUA_FILTER + f"LuaOutputFilter bench @apps@/bench.lua filter_{name}\n" + switch_on.format("bench"),
    }


def input_filter(name: str) -> dict[str, str]:
    """The same filter before a static file, for which httpd reads a posted body to its end and throws it away."""
    switch_on = "<Location />\nSetInputFilter {}\n</Location>\n"
    return {
        "C": switch_on.format(f"BENCH_{name.upper()}"),
        "mod_pyhook": f"PyHookInputFilter bench bench_filters:{name}\n" + switch_on.format("bench"),
        "mod_python": f"PythonInputFilter bench_mod_python::filter_{name} bench\n" + switch_on.format("bench"),
        "mod_perl": f"<Location />\nPerlInputFilterHandler Apache2::Bench::input_{name}\n</Location>\n",
        "mod_lua": LUA_FILTER + f"LuaInputFilter bench @apps@/bench.lua filter_{name}\n" + switch_on.format("bench"),
    }


ACCESS = {
    "C": "<Location />\nBenchAccess On\n</Location>\n",
    "httpd:no hook": "<Location />\n</Location>\n",
    "mod_pyhook": "<Location />\nPyHookAccessChecker bench_hooks:look\n</Location>\n",
    "mod_wsgi embedded": "<Location />\nWSGIAccessScript @apps@/bench_wsgi.py\n</Location>\n",
    "mod_python": "<Location />\nPythonAccessHandler bench_mod_python::look\n</Location>\n",
    "mod_perl": "<Location />\nPerlAccessHandler Apache2::Bench::look\n</Location>\n",
    "mod_lua": "LuaHookAccessChecker @apps@/bench.lua look\n",
}

PHASES = {
    "C": "BenchPhases On\nBenchAccess On\n<Location />\nSetHandler bench-hello\n</Location>\n",
    "mod_pyhook": "PyHookTranslateName bench_hooks:look\n<Location />\nPyHookAccessChecker bench_hooks:look\n"
    "PyHookFixups bench_hooks:look\nPyHookHandler bench_hooks:hello\nPyHookLogTransaction bench_hooks:look\n"
    "</Location>\n",
    "mod_python": "PythonTransHandler bench_mod_python::pass_on\n<Location />\nSetHandler mod_python\n"
    "PythonAccessHandler bench_mod_python::look\nPythonFixupHandler bench_mod_python::look\n"
    "PythonHandler bench_mod_python::hello\nPythonLogHandler bench_mod_python::look\n</Location>\n",
    "mod_perl": "PerlTransHandler Apache2::Bench::pass_on\n<Location />\nSetHandler modperl\n"
    "PerlAccessHandler Apache2::Bench::look\nPerlFixupHandler Apache2::Bench::look\n"
    "PerlResponseHandler Apache2::Bench::hello\nPerlLogHandler Apache2::Bench::look\n</Location>\n",
    "mod_lua": "LuaHookTranslateName @apps@/bench.lua pass_on\nLuaHookAccessChecker @apps@/bench.lua look\n"
    "LuaHookFixups @apps@/bench.lua look\nLuaHookLog @apps@/bench.lua look\n"
    "LuaMapHandler / @apps@/bench.lua hello\n",
}

AUTHN = """\
<Location />
AuthType Basic
AuthName bench
Require valid-user
AuthBasicProvider {}
{}
</Location>
"""
AUTHN_MODULES = {
    "authn_core_module": "mod_authn_core.so",
    "authn_file_module": "mod_authn_file.so",
    "auth_basic_module": "mod_auth_basic.so",
    "authz_user_module": "mod_authz_user.so",
}

LOG = 'LogFormat "%h %t \\"%r\\" %>s{}" bench\nCustomLog @run@/access_log bench\n'

# The gain of more processes on this machine, to judge more interpreters by.
TWO_PROCESSES = """\
ServerLimit 2
StartServers 2
MaxRequestWorkers 50
MinSpareThreads 50
MaxSpareThreads 75
"""

TWO_INTERPRETERS = "PyHookInterpreter both gil=shared count=2\nPyHookRunIn both\n"

NOTE = "<Location />\n{}\n</Location>\n" + LOG.format(" %{{bench}}n")

REWRITE = "RewriteEngine On\nRewriteMap lower {}\nRewriteRule ^/map/(.*) /${{lower:$1}}.txt [PT]\n"


def virtual_hosts(names: Sequence[str], each: str) -> str:
    """`each` is the configuration of one host, with its name between braces."""
    return "".join(f"<VirtualHost *>\nServerName {name}\n{each.format(name)}</VirtualHost>\n" for name in names)


def in_hosts(count: int) -> Case:
    """A small page in many virtual hosts: all in one interpreter, or each in its own."""
    names = [f"host{number}" for number in range(1, count + 1)]
    pyhook, python = handler("hello")["mod_pyhook"], handler("hello")["mod_python"]
    interpreters = "".join(f"PyHookInterpreter {name}\n" for name in names)
    return Case(
        f"memory-{count}",
        f"the memory of a child that has answered once in each of {count} virtual hosts",
        {
            "C": virtual_hosts(names, handler("hello")["C"]),
            "mod_pyhook:main": virtual_hosts(names, pyhook),
            "mod_pyhook:one each": interpreters + virtual_hosts(names, "PyHookRunIn {}\n" + pyhook),
            "mod_wsgi embedded:one each": virtual_hosts(
                names, wsgi("hello")["mod_wsgi embedded"] + "WSGIApplicationGroup {}\n"
            ),
            "mod_wsgi embedded:one for all": virtual_hosts(names, wsgi("hello")["mod_wsgi embedded"]),
            "mod_python:one each": virtual_hosts(names, "PythonInterpreter {}\n" + python),
            "mod_python:one for all": virtual_hosts(names, python),
        },
        hosts=names,
    )


SITE_UPLOAD = (
    b"--bench\r\nContent-Disposition: form-data; name=\"file\"; filename=\"1m.txt\"\r\n"
    b"Content-Type: text/plain\r\n\r\n" + TEXT * 16384 + b"\r\n--bench--\r\n"
)


def site(handler: str, where: str = "<Location />", more: str = "") -> dict[str, str]:
    """One configuration for both."""
    end = where.split()[0].replace("<", "</") + ">"
    text = f"{more}{where}\nSetHandler mod_python\nPythonHandler {handler}\n{end}\n"
    return {"mod_python": text, "mod_pyhook_python": text}


SITE_PAGES = "Alias /pages @apps@\n"
SITE_SESSIONS = "PythonOption mod_python.session.session_type MemorySession\nPythonOption mod_python.mutex_directory @run@\n"

CASES = [
    Case("hello", "a content handler that answers 12 bytes", handler("hello")),
    Case(
        "observed",
        "the handler of 12 bytes, plain and with everything that is measured and watched",
        {
            "mod_pyhook": "ExtendedStatus Off\n" + handler("hello")["mod_pyhook"],
            "mod_pyhook:all on": "ExtendedStatus On\nPyHookTimeout 30 slow=10\nPyHookTrace On 127.0.0.1\n"
            + handler("hello")["mod_pyhook"],
            "C": "ExtendedStatus Off\n" + handler("hello")["C"],
            "C:ExtendedStatus": "ExtendedStatus On\n" + handler("hello")["C"],
        },
    ),
    Case(
        "headers",
        "a handler that reads five attributes and sets two, asked with a browser's headers",
        handler("headers"),
        path="/there?a=1",
        headers=BROWSER,
    ),
    Case("access", "an access hook on a static file of 11 bytes", ACCESS, SMALL, "/small.txt"),
    Case("phases", "five phases: translate, access, fixup, handler, log", PHASES),
    Case(
        "async",
        "the handler of 12 bytes as a plain function, as a coroutine and as an ASGI application",
        {
            "mod_pyhook:plain": handler("hello")["mod_pyhook"],
            "mod_pyhook:async def": handler("hello")["mod_pyhook"].replace("bench_hooks", "bench_async"),
            "mod_pyhook:ASGI": "PyHookASGIAlias / bench_async:application\n",
        },
    ),
    Case("wsgi", "a WSGI application that answers 12 bytes", wsgi("hello")),
    Case("wsgi-browser", "the same with a browser's headers", wsgi("hello"), headers=BROWSER),
    Case("wsgi-page", "a WSGI application that answers 16 KB with ten headers", wsgi("page"), TEXT * 256),
    Case("wsgi-chunks", "a generator of 100 pieces, 64 bytes each", wsgi("chunks"), TEXT * 100),
    Case("wsgi-post", "a WSGI application that reads 1 MB", wsgi("post"), b"1048576", body=TEXT * 16384),
    Case("wsgi-file", "a file of 1 MB through wsgi.file_wrapper", wsgi("file"), TEXT * 16384),
    Case("upper-64k", "an output filter in upper case, 64 KB", output_filter("upper"), TEXT.upper() * 1024, "/64k.txt"),
    Case("upper-1m", "an output filter in upper case, 1 MB", output_filter("upper"), TEXT.upper() * 16384, "/1m.txt"),
    Case("pass-64k", "an output filter that lets through, 64 KB", output_filter("through"), TEXT * 1024, "/64k.txt"),
    Case("pass-1m", "an output filter that lets through, 1 MB", output_filter("through"), TEXT * 16384, "/1m.txt"),
    Case(
        "input-1m",
        "an input filter in upper case, 1 MB posted",
        input_filter("upper"),
        SMALL,
        "/small.txt",
        body=TEXT * 16384,
    ),
    Case(
        "rewrite",
        "a rewriting map that makes a name lower case: inside httpd in C and in Python, and a prg: program; in Lua, a "
        "translate_name hook",
        {
            "C": REWRITE.format("int:tolower"),
            "mod_pyhook": "PyHookRewriteMap lower bench_hooks:lower\n" + REWRITE.format("int:lower"),
            "httpd:prg map": REWRITE.format("prg:@apps@/bench_prg.py"),
            "mod_lua": "LuaHookTranslateName @apps@/bench.lua lower\n",
        },
        SMALL,
        "/map/SMALL",
    ),
    Case(
        "authn",
        "a user and password, of which the server knows the SHA-1, before a static file",
        {
            "httpd:mod_authn_file": AUTHN.format("file", "AuthUserFile @apps@/users"),
            "mod_pyhook": "PyHookAuthnProvider bench bench_hooks:check_password\n" + AUTHN.format("bench", ""),
            "mod_pyhook:httpd compares": "PyHookAuthnProvider bench bench_hooks:stored_password\n"
            + AUTHN.format("bench", ""),
            "mod_wsgi embedded": AUTHN.format("wsgi", "WSGIAuthUserScript @apps@/bench_wsgi.py"),
        },
        SMALL,
        "/small.txt",
        headers=("Authorization: Basic YWxpOnNlc2FtZQ==",),
        modules=AUTHN_MODULES,
    ),
    Case(
        "logfield",
        "the request's URI in the access log, by a field in Python; elsewhere by a note of the fixup hook",
        {
            "httpd:%U": LOG.format(" %U"),
            "httpd:no field": LOG.format(""),
            "mod_pyhook": LOG.format(" %{bench_hooks:uri}^py"),
            "mod_perl": NOTE.format("PerlFixupHandler Apache2::Bench::note"),
            "mod_lua": NOTE.format("LuaHookFixups @apps@/bench.lua note"),
        },
        SMALL,
        "/small.txt",
    ),
    Case(
        "gate",
        "a handler that computes for about 2 ms in pure Python, with and without a queue for the GIL",
        {
            "mod_pyhook": handler("compute")["mod_pyhook"],
            "mod_pyhook ungated": handler("compute")["mod_pyhook"],
        },
    ),
    Case(
        "turns",
        "the same in two interpreters that share a GIL, with and without a thread that makes them take turns",
        {
            "mod_pyhook": TWO_INTERPRETERS + handler("compute")["mod_pyhook"],
            "mod_pyhook no turns": TWO_INTERPRETERS + handler("compute")["mod_pyhook"],
        },
    ),
    Case(
        "cpu",
        "a handler that computes for about 2 ms in pure Python",
        {
            "mod_pyhook:main": handler("compute")["mod_pyhook"],
            "mod_pyhook:2 processes": TWO_PROCESSES + handler("compute")["mod_pyhook"],
            "mod_pyhook:own GIL, 2": "PyHookInterpreter own gil=own count=2\n"
            "<Location />\nPyHookRunIn own\nPyHookHandler bench_hooks:compute\n</Location>\n",
            "mod_pyhook:own GIL, 4": "PyHookInterpreter own gil=own count=4\n"
            "<Location />\nPyHookRunIn own\nPyHookHandler bench_hooks:compute\n</Location>\n",
            "mod_python": handler("compute")["mod_python"],
            "mod_wsgi embedded": "WSGIScriptAlias / @apps@/bench_wsgi_compute.py\n",
        },
    ),
    Case(
        "compiled",
        "a handler that computes (the longest Collatz chain below 400): in Python, in Cython, in C++",
        {
            f"mod_pyhook:{name}": "PyHookPath @compiled@\n<Location />\n"
            f"PyHookHandler compiled_{module}:chain\n</Location>\n"
            for name, module in (("Python", "python"), ("Cython", "cython"), ("C++", "native"))
        },
        b"143\n",
    ),
    Case(
        "compiled-filter",
        "an output filter that looks at every byte, 64 KB: in Python and in Cython",
        {
            f"mod_pyhook:{name}": f"PyHookPath @compiled@\nPyHookOutputFilter bench compiled_{module}\n"
            "<Location />\nSetOutputFilter bench\n</Location>\n"
            for name, module in (("Python", "python:squeeze"), ("Cython", "cython:Squeeze"))
        },
        TEXT * 1024,
        "/64k.txt",
    ),
    Case(
        "interpreter",
        "the handler of 12 bytes in the main interpreter and in named ones",
        {
            "mod_pyhook:main": handler("hello")["mod_pyhook"],
            "mod_pyhook:shared GIL": "PyHookInterpreter own\nPyHookRunIn own\n" + handler("hello")["mod_pyhook"],
            "mod_pyhook:own GIL": "PyHookInterpreter own gil=own\nPyHookRunIn own\n" + handler("hello")["mod_pyhook"],
        },
    ),
    Case(
        "site-hello",
        "mod_python's handler of 12 bytes, which flushes them",
        site("bench_mod_python::hello") | {"C": handler("flushed")["C"]},
    ),
    Case(
        "site-publisher",
        "a published function with an argument",
        site("mod_python.publisher", "<Directory @apps@>", SITE_PAGES),
        b"I say hello",
        "/pages/bench_published.py/say?what=hello",
        modules={"alias_module": "mod_alias.so"},
    ),
    Case(
        "site-psp",
        "a page of PSP with a loop of ten rows",
        site("mod_python.psp", "<Directory @apps@>", SITE_PAGES),
        b"".join(b"\n<li>%d</li>\n" % row for row in range(10)) + b"\n",
        "/pages/bench_page.psp",
        modules={"alias_module": "mod_alias.so"},
    ),
    Case(
        "site-upload",
        "FieldStorage with a file of 1 MB",
        site("bench_mod_python::upload"),
        b"%d" % (64 * 16384),
        body=SITE_UPLOAD,
        headers=("Content-Type: multipart/form-data; boundary=bench",),
    ),
    Case("site-session", "a new session in memory", site("bench_mod_python::session", more=SITE_SESSIONS), HELLO),
    *(in_hosts(count) for count in (1, 10, 50)),
    *PROCESS_CASES,
]

BY_NAME = {case.name: case for case in CASES}

FILES = {"small.txt": SMALL, "64k.txt": TEXT * 1024, "1m.txt": TEXT * 16384}
"""The files in the document root."""
