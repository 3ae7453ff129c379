"""What the directives of mod_wsgi become; docs/migration-from-mod_wsgi.md says the same to people."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from pyhook.command.access import is_open
from pyhook.command.httpd_lines import Line
from pyhook.command.migrated import (
    ISOLATED,
    Daemon,
    Migrated,
    Rules,
    Site,
    application_group,
    as_word,
    for_people,
    gone,
    reloading,
    switch,
)

NO_DAEMONS = "there are no daemons"

ELSEWHERE = {
    "user": "User",
    "group": "Group",
    "home": "os.chdir in a module of PyHookImport, not a directive",
    "umask": "umask in the script that starts httpd, not a directive",
    "chroot": "ChrootDir",
    "stack-size": "ThreadStackSize",
    "listen-backlog": "ListenBackLog",
    "processes": "StartServers and ServerLimit",
    "threads": "ThreadsPerChild",
    "maximum-requests": "MaxConnectionsPerChild",
    "request-timeout": "PyHookTimeout",
}
"""Options that have a place elsewhere."""

OF_PROCESSES = {
    **{key: key for key in ("processes", "threads", "user", "group", "umask", "chroot")},
    **{key: key for key in ("request-timeout", "queue-timeout", "deadlock-timeout", "graceful-timeout")},
    **{"home": "directory", "maximum-requests": "requests", "restart-interval": "lifetime", "inactivity-timeout": "idle"},
}
"""Options that a line of PyHookProcesses has, by its words."""

WITHOUT_USE = {
    *("python-home", "python-path", "python-eggs", "display-name", "lang", "locale", "startup-timeout", "header-buffer-size"),
    *("script-user", "script-group", "socket-user", "connect-timeout", "socket-timeout", "queue-timeout", "response-socket-timeout"),
    *("send-buffer-size", "receive-buffer-size", "response-buffer-size", "response-flush-delay", "server-metrics"),
}
"""Options that are used already, or that a server without daemons does not need."""


def _options(words: Iterable[str]) -> dict[str, str]:
    return {key: value for key, equals, value in (word.partition("=") for word in words) if equals}


def daemon_of(line: Line) -> Daemon:
    options = _options(line.words[1:])
    path = tuple(filter(None, options.get("python-path", "").split(":")))
    return Daemon(line.words[0], options.get("python-home", ""), path)


def daemon_process(line: Line, site: Site) -> Migrated:
    if not line.words:
        return Migrated(why="it names no group")
    daemon = site.daemons[line.words[0]]
    options = _options(line.words[1:])
    why = "; ".join(_elsewhere(key, value) for key, value in options.items() if key not in WITHOUT_USE)
    if words := [f"{OF_PROCESSES[key]}={value}" for key, value in options.items() if key in OF_PROCESSES]:
        why += f". It may have processes of its own instead: PyHookProcesses {daemon.name} {' '.join(words)}, with PyHookRunIn"
    if site.runs_apart:
        site.interpreters.add(daemon.name)
        words = [f"home={daemon.home}"] * bool(daemon.home) + [f"path={each}" for each in daemon.path]
        return Migrated([" ".join(["PyHookInterpreter", daemon.name, *map(as_word, words)])], why)
    made = [f"PyHookHome {as_word(daemon.home)}"] * bool(daemon.home)
    made += [f"PyHookPath {' '.join(map(as_word, daemon.path))}"] * bool(daemon.path)
    return Migrated(made, why, "" if made else "httpd's children serve the applications")


def _elsewhere(key: str, value: str) -> str:
    place = ELSEWHERE.get(key)
    return f"{key}={value} has no place here: see the migration page" if place is None else f"{key}={value} is {place}"


def process_group(line: Line, site: Site) -> Migrated:
    name = line.words[0] if line.words else ""
    if site.runs_apart and name in site.daemons:
        return Migrated([f"PyHookRunIn {name}"])
    if name.startswith("%{") and name != "%{GLOBAL}":
        return Migrated(why="choose an interpreter in each <Location>: PyHookRunIn NAME")
    return Migrated(because="httpd's children serve the applications")


def script_alias(line: Line, site: Site) -> Migrated:
    if len(line.words) < 2:
        return Migrated(why="it names no file")
    url, file, options = line.words[0], line.words[1], _options(line.words[2:])
    named = options.get("callable-object", "")
    target = _target(file, named or (site.callables or ["application"])[0], site)
    why = "" if named or not site.callables else f"is {target} the application? WSGICallableObject may hold for another one"
    made = [f"PyHookWSGIAlias {as_word(url)} {as_word(target)}"]
    group = options.get("process-group", "")
    if site.runs_apart and group in site.daemons:
        made += [f"<Location {as_word(url)}>", f"    PyHookRunIn {group}", "</Location>"]
    return Migrated(made, why)


def _target(file: str, name: str, site: Site) -> str:
    """A .wsgi file stays a file. Of another one the module is named, where a directory of the path shows it and
    everybody may come to the file: for a module, what sections of files say does not hold."""
    whole = file if name == "application" else f"{file}:{name}"
    if file.endswith(".wsgi") or not is_open(file, site.rules):
        return whole
    for directory in sorted(site.path, key=len, reverse=True):
        script = PurePosixPath(file)
        if script.is_relative_to(directory) and script.suffix == ".py":
            parts = script.relative_to(directory).with_suffix("").parts
            if all(part.isidentifier() for part in parts):
                return f"{'.'.join(parts)}:{name}"
    return whole


def callable_object(_line: Line, _site: Site) -> Migrated:
    return Migrated(because="the name stands behind each application")


def import_script(line: Line, site: Site) -> Migrated:
    file = line.words[0] if line.words else ""
    return Migrated(why=f"write preload behind the application of {file}, in its PyHookWSGIAlias")


def listed(directive: str) -> Callable[[Line, Site], Migrated]:
    def migrated(line: Line, _site: Site) -> Migrated:
        words = line.words[0].split(":") if line.words else []
        return Migrated([" ".join([directive, *map(as_word, words)])])

    return migrated


RULES: Rules = {
    "wsgidaemonprocess": daemon_process,
    "wsgiprocessgroup": process_group,
    "wsgiapplicationgroup": application_group,
    "wsgiscriptalias": script_alias,
    "wsgiscriptaliasmatch": for_people("name the application in a <LocationMatch>: PyHookWSGI module:application"),
    "wsgicallableobject": callable_object,
    "wsgiimportscript": import_script,
    "wsgipythonhome": switch("PyHookHome"),
    "wsgipythonpath": listed("PyHookPath"),
    "wsgiscriptreloading": reloading,
    "wsgihandlerscript": for_people("name the application: PyHookWSGI module:application in its <Directory> or <Location>"),
    "wsgidispatchscript": for_people("a callable of PyHookFixups, or a middleware of the application, chooses"),
    "wsgiaccessscript": for_people("write the function for PyHookAccessChecker module:callable: it gets the request"),
    "wsgiauthuserscript": for_people("write the function for PyHookAuthnProvider NAME module:callable"),
    "wsgiauthgroupscript": for_people("write the function for PyHookAuthzProvider NAME module:callable, and Require NAME"),
    "wsgigroupauthoritative": for_people("PyHookAuthzProvider takes its place"),
    "wsgipassauthorization": gone("the application sees Authorization; where httpd authenticates, CGIPassAuth On says so"),
    "wsgipassapacherequest": gone('environ["pyhook.request"] is always there'),
    "wsgichunkedrequest": gone("bodies without a length are passed on; PyHookWSGIBuffer limits them"),
    "wsgierroroverride": for_people("not offered: the client gets the application's own page"),
    "wsgimapheadtoget": for_people("not offered: the application sees HEAD, and httpd sends no body"),
    "wsgienablesendfile": switch("EnableSendfile"),
    "wsgitrustedproxies": for_people("mod_remoteip: RemoteIPInternalProxy names the proxies"),
    "wsgitrustedproxyheaders": for_people("mod_remoteip: RemoteIPHeader X-Forwarded-For; SetEnvIf X-Forwarded-Proto https HTTPS=on"),
    "wsgiperinterpretergil": for_people("gil=own of PyHookInterpreter, with Python 3.13 or later"),
    "<wsgiinterpreteroptions": for_people("what it holds are options of PyHookInterpreter"),
    "</wsgiinterpreteroptions>": gone("see above"),
    "wsgirestrictembedded": gone("Python runs in httpd's children"),
    **dict.fromkeys(("wsgirestrictprocess", "wsgisocketprefix", "wsgisocketrotation", "wsgiacceptmutex"), gone(NO_DAEMONS)),
    **dict.fromkeys(
        ("wsgipythoneggs", "wsgipythonoptimize", "wsgidontwritebytecode", "wsgipythonhashseed", "wsgipythonwarnings"),
        gone(ISOLATED),
    ),
    **dict.fromkeys(("wsgirestrictstdin", "wsgirestrictstdout"), gone("what is printed goes to the error log")),
    "wsgiswitchinterval": for_people("call sys.setswitchinterval in a module of PyHookImport"),
    "wsgifreethreading": gone("a free-threaded Python always runs so"),
    "wsgidestroyinterpreter": gone("exit functions run with a deadline, and nothing is destroyed"),
    "wsgirestrictsignal": gone("httpd keeps the signals that it needs"),
    "wsgicasesensitivity": gone("paths are compared as they are"),
    "wsgiignoreactivity": gone(NO_DAEMONS),
    "wsgilazyinitialization": gone("Python starts in the children only"),
    **dict.fromkeys(
        ("wsgiservermetrics", "wsgitelemetryservice", "wsgitelemetryoptions", "wsgislowrequests"),
        for_people("mod_status, and fields of the access log such as %D"),
    ),
    **dict.fromkeys(("wsginewrelicconfigfile", "wsginewrelicenvironment"), for_people("wrap the application in the agent's own wrapper")),
    "wsgiverbosedebugging": gone("LogLevel pyhook:debug"),
}
