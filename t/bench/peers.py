"""The contenders: the modules of each and what they need in every case."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Peer:
    """The files of `modules` are searched in the build, in build/bench and among httpd's modules."""

    name: str
    modules: dict[str, str]
    settings: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    forks: bool = False
    """It needs processes besides the child, so httpd -X cannot run it."""


# server.py fills in the words between at signs.
PYHOOK = "PyHookPath @python@ @apps@\n"
MOD_PYTHON = (
    "PythonPath \"['@apps@'] + sys.path\"\n"
    "PythonAutoReload Off\nPythonDebug Off\nPythonInterpreter main_interpreter\n"
)
PROXIED = {"pyhook_module": "mod_pyhook.so", "proxy_module": "mod_proxy.so", "proxy_http_module": "mod_proxy_http.so"}
PEERS = [
    Peer("C", {"bench_module": "mod_bench.so"}),
    Peer("httpd", {}),
    Peer("mod_pyhook", {"pyhook_module": "mod_pyhook.so"}, PYHOOK),
    Peer("mod_pyhook ungated", {"pyhook_module": "mod_pyhook_ungated.so"}, PYHOOK),
    Peer("mod_pyhook no turns", {"pyhook_module": "mod_pyhook_no_turns.so"}, PYHOOK),
    Peer(
        "mod_wsgi embedded",
        {"wsgi_module": "mod_wsgi.so"},
        "WSGIPythonPath @apps@\nWSGIApplicationGroup %{GLOBAL}\n",
    ),
    Peer(
        "mod_wsgi daemon",
        {"wsgi_module": "mod_wsgi.so"},
        "WSGISocketPrefix @run@/wsgi\n"
        "WSGIDaemonProcess bench processes=1 threads=25 home=@run@ python-path=@apps@\n"
        "WSGIProcessGroup bench\nWSGIApplicationGroup %{GLOBAL}\n",
        forks=True,
    ),
    Peer(
        "mod_python",
        {"python_module": "mod_python.so"},
        MOD_PYTHON,
        {"PYTHONPATH": "@peers@/usr/lib/python3/dist-packages"},
    ),
    Peer(
        "mod_pyhook_python",
        {"pyhook_module": "mod_pyhook.so", "python_module": "mod_pyhook_python.so"},
        PYHOOK + MOD_PYTHON,
    ),
    Peer(
        "mod_perl",
        {"perl_module": "mod_perl.so"},
        "PerlSwitches -I@peers@/usr/lib/@multiarch@/perl5/@perl@ -I@apps@\n"
        "PerlInterpStart 25\nPerlInterpMax 25\nPerlInterpMaxSpare 25\nPerlModule Apache2::RequestRec Apache2::Bench\n",
    ),
    Peer("gunicorn", PROXIED, PYHOOK),
    Peer("uWSGI", PROXIED | {"proxy_uwsgi_module": "mod_proxy_uwsgi.so"}, PYHOOK),
    Peer("second httpd", PROXIED, PYHOOK),
    Peer("mod_lua", {"lua_module": "mod_lua.so"}, "LuaScope thread\nLuaCodeCache forever\n"),
]

BY_NAME = {peer.name: peer for peer in PEERS}
