"""From a configuration of mod_wsgi or mod_python to one of mod_pyhook: what each directive becomes.

The migration pages say the same to people (docs/migration-from-mod_wsgi.md, docs/migration-from-mod_python.md)."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pyhook.command.access import Rule, is_open, rules_of
from pyhook.command.httpd_lines import Line, lines_of


@dataclass
class Migrated:
    """What stands in place of a line. `why` is what a person must look at, `because` why nothing stands there."""

    lines: list[str] = field(default_factory=list)
    why: str = ""
    because: str = ""


@dataclass(frozen=True)
class Daemon:
    """What WSGIDaemonProcess says of a group's Python; the rest is httpd's own business now."""

    name: str
    home: str
    path: tuple[str, ...]


@dataclass
class Site:
    """What other lines say, which a line needs."""

    daemons: dict[str, Daemon]
    path: list[str]
    callables: list[str]
    """The names that WSGICallableObject lines give."""
    rules: list[Rule]
    """Who may come to files."""
    interpreters: set[str] = field(default_factory=set)

    @property
    def runs_apart(self) -> bool:
        """Several groups become interpreters of their own."""
        return len(self.daemons) > 1


def migrate(text: str) -> Iterator[str]:
    """The lines of the new configuration. One that needs a person has a comment before it that begins with `# TODO:`."""
    lines = list(lines_of(text))
    site = _site_of(lines)
    for line in lines:
        rule = RULES.get(line.directive.lower())
        if rule is None or _is_foreign(line):
            yield line.text
        else:
            yield from _written(line, rule(line, site))


def _written(line: Line, made: Migrated) -> Iterator[str]:
    if made.why:
        yield f"{line.indent}# TODO: {made.why}"
    if made.because:
        yield f"{line.indent}# {' '.join(line.text.split())}: {made.because}"
    elif not made.lines:
        yield from (f"{line.indent}# {each.strip()}" for each in line.text.splitlines())
    for each in made.lines:
        yield line.indent + each


def _site_of(lines: Iterable[Line]) -> Site:
    daemons = {}
    path: list[str] = []
    lines = list(lines)
    for line in lines:
        if line.directive.lower() == "wsgidaemonprocess" and line.words:
            daemon = _daemon(line)
            daemons[daemon.name] = daemon
            path += daemon.path
        if line.directive.lower() == "wsgipythonpath" and line.words:
            path += line.words[0].split(":")
        if line.directive.lower() == "pythonpath" and line.words:
            path += directories_in(line.words[0])
    callables = [line.words[0] for line in lines if line.directive.lower() == "wsgicallableobject" and line.words]
    return Site(daemons, path, callables, list(rules_of(lines)))


def _options(words: Iterable[str]) -> dict[str, str]:
    return {key: value for key, equals, value in (word.partition("=") for word in words) if equals}


def _daemon(line: Line) -> Daemon:
    options = _options(line.words[1:])
    path = tuple(filter(None, options.get("python-path", "").split(":")))
    return Daemon(line.words[0], options.get("python-home", ""), path)


def quoted(word: str) -> str:
    return f'"{word}"' if re.search(r"\s", word) else word


# mod_wsgi

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
    "request-timeout": "Timeout",
}
"""Options that have a place elsewhere."""

WITHOUT_USE = {
    *("python-home", "python-path", "python-eggs", "display-name", "lang", "locale", "startup-timeout", "header-buffer-size"),
    *("script-user", "script-group", "socket-user", "connect-timeout", "socket-timeout", "queue-timeout", "response-socket-timeout"),
    *("send-buffer-size", "receive-buffer-size", "response-buffer-size", "response-flush-delay", "server-metrics"),
}
"""Options that are used already, or that a server without daemons does not need."""


def daemon_process(line: Line, site: Site) -> Migrated:
    if not line.words:
        return Migrated(why="it names no group")
    daemon = site.daemons[line.words[0]]
    options = _options(line.words[1:])
    why = "; ".join(_elsewhere(key, value) for key, value in options.items() if key not in WITHOUT_USE)
    if site.runs_apart:
        site.interpreters.add(daemon.name)
        words = [f"home={daemon.home}"] * bool(daemon.home) + [f"path={each}" for each in daemon.path]
        return Migrated([" ".join(["PyHookInterpreter", daemon.name, *map(quoted, words)])], why)
    made = [f"PyHookHome {quoted(daemon.home)}"] * bool(daemon.home)
    made += [f"PyHookPath {' '.join(map(quoted, daemon.path))}"] * bool(daemon.path)
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


def application_group(line: Line, site: Site) -> Migrated:
    name = line.words[0] if line.words else ""
    if name == "%{GLOBAL}":
        return Migrated(because="the main interpreter is where applications run")
    if name.startswith("%{"):
        return Migrated(why="the main interpreter serves all; PyHookInterpreter NAME and PyHookRunIn NAME separate applications")
    made = [] if name in site.interpreters else [f"PyHookInterpreter {name}"]
    site.interpreters.add(name)
    why = "PyHookInterpreter stands outside of sections and virtual hosts" if made and line.indent else ""
    return Migrated([*made, f"PyHookRunIn {name}"], why)


def script_alias(line: Line, site: Site) -> Migrated:
    if len(line.words) < 2:
        return Migrated(why="it names no file")
    url, file, options = line.words[0], line.words[1], _options(line.words[2:])
    named = options.get("callable-object", "")
    target = _target(file, named or (site.callables or ["application"])[0], site)
    why = "" if named or not site.callables else f"is {target} the application? WSGICallableObject may hold for another one"
    made = [f"PyHookWSGIAlias {quoted(url)} {quoted(target)}"]
    group = options.get("process-group", "")
    if site.runs_apart and group in site.daemons:
        made += [f"<Location {quoted(url)}>", f"    PyHookRunIn {group}", "</Location>"]
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


def switch(directive: str) -> Callable[[Line, Site], Migrated]:
    """The same under another name."""
    return lambda line, _site: Migrated([" ".join([directive, *map(quoted, line.words)])])


def listed(directive: str) -> Callable[[Line, Site], Migrated]:
    def migrated(line: Line, _site: Site) -> Migrated:
        words = line.words[0].split(":") if line.words else []
        return Migrated([" ".join([directive, *map(quoted, words)])])

    return migrated


def reloading(line: Line, _site: Site) -> Migrated:
    if line.words and line.words[0].lower() == "on":
        return Migrated(["PyHookReload On"])
    return Migrated(because="code is read once unless PyHookReload says otherwise")


def gone(because: str) -> Callable[[Line, Site], Migrated]:
    return lambda _line, _site: Migrated(because=because)


def for_people(why: str) -> Callable[[Line, Site], Migrated]:
    return lambda _line, _site: Migrated(why=why)


# mod_python


def directories_in(words: str) -> list[str]:
    """The directories in an expression such as `['/srv/site'] + sys.path`."""
    return [value for value in re.findall(r"""['"](/[^'"]*)['"]""", words)]


def python_path(line: Line, _site: Site) -> Migrated:
    directories = directories_in(" ".join(line.words))
    why = "" if _is_plain(" ".join(line.words)) else "is this all that the expression gives?"
    if not directories:
        return Migrated(why="name the directories: PyHookPath DIR …")
    return Migrated([f"PyHookPath {' '.join(map(quoted, directories))}"], why)


def _is_plain(expression: str) -> bool:
    literal = re.sub(r"\s*\+\s*sys\.path\s*$|^\s*sys\.path\s*\+\s*", "", expression)
    try:
        return isinstance(ast.literal_eval(literal), list)
    except (ValueError, SyntaxError):
        return False


def phase(directive: str, function: str) -> Callable[[Line, Site], Migrated]:
    """`module::object`, or a module whose function has the name of the phase."""

    def migrated(line: Line, _site: Site) -> Migrated:
        words = [word for word in line.words if word != "|" and not word.startswith((".", "|"))]
        targets = [word.replace("::", ":") if "::" in word else f"{word}:{function}" for word in words]
        why = "the function gets a pyhook.Request: see the migration page for what differs from mod_python's"
        if len(words) != len(line.words):
            why += '; only some files are meant: put it into <FilesMatch "\\.ext$">'
        return Migrated([" ".join([directive, *targets])], why)

    return migrated


def filter_of(directive: str) -> Callable[[Line, Site], Migrated]:
    def migrated(line: Line, _site: Site) -> Migrated:
        if not line.words:
            return Migrated(why="it names no filter")
        spec = line.words[0].replace("::", ":") if "::" in line.words[0] else f"{line.words[0]}:{directive[6:].lower()}"
        name = line.words[1] if len(line.words) > 1 else line.words[0].upper()
        return Migrated([f"{directive} {name} {spec}"], "a filter is a generator of chunks here")

    return migrated


def _is_foreign(line: Line) -> bool:
    """A directive of httpd's that names neither module."""
    ours = {"addhandler", "sethandler", "loadmodule", "<ifmodule", "authbasicprovider", "authdigestprovider"}
    return line.directive.lower() in ours and not re.search(r"wsgi|python", line.text, re.IGNORECASE)


def handler_of(line: Line, _site: Site) -> Migrated:
    if "python" in line.text.lower():
        return Migrated(because="PyHookHandler needs none")
    return Migrated(why="name the application: PyHookWSGI module:application in its <Location>")


def load_module(line: Line, _site: Site) -> Migrated:
    file = PurePosixPath(line.words[1]) if len(line.words) > 1 else PurePosixPath("modules/mod_pyhook.so")
    return Migrated([f"LoadModule pyhook_module {quoted(str(file.parent / 'mod_pyhook.so'))}"])


def if_module(line: Line, _site: Site) -> Migrated:
    return Migrated(["<IfModule mod_pyhook.c>"])


def provider(line: Line, _site: Site) -> Migrated:
    return Migrated(why="define the provider with PyHookAuthnProvider NAME module:callable, and name it here")


NO_DAEMONS = "there are no daemons"
ISOLATED = "Python starts isolated, and writes no bytecode"
PRINTED = "what is printed goes to the error log"

RULES: dict[str, Callable[[Line, Site], Migrated]] = {
    "loadmodule": load_module,
    "<ifmodule": if_module,
    "addhandler": handler_of,
    "sethandler": handler_of,
    "authbasicprovider": provider,
    "authdigestprovider": provider,
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
    **dict.fromkeys(("wsgirestrictstdin", "wsgirestrictstdout"), gone(PRINTED)),
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
    "pythonpath": python_path,
    "pythonoption": switch("PyHookOption"),
    "pythondebug": switch("PyHookDebug"),
    "pythonautoreload": reloading,
    "pythonimport": lambda line, _site: Migrated(
        [f"PyHookImport {quoted(line.words[0].partition('::')[0])}"] if line.words else [],
        "it is imported in every interpreter; import= of PyHookInterpreter names one",
    ),
    "pythoninterpreter": application_group,
    **dict.fromkeys(
        ("pythoninterpperdirectory", "pythoninterpperdirective"),
        for_people("PyHookInterpreter NAME and PyHookRunIn NAME in the <Location>"),
    ),
    "pythonhandler": phase("PyHookHandler", "handler"),
    "pythonpostreadrequesthandler": phase("PyHookPostReadRequest", "postreadrequesthandler"),
    "pythoninithandler": phase("PyHookHeaderParser", "inithandler"),
    "pythontranshandler": phase("PyHookTranslateName", "transhandler"),
    "pythonheaderparserhandler": phase("PyHookHeaderParser", "headerparserhandler"),
    "pythonaccesshandler": phase("PyHookAccessChecker", "accesshandler"),
    "pythonauthenhandler": phase("PyHookCheckAuthn", "authenhandler"),
    "pythonauthzhandler": phase("PyHookCheckAuthz", "authzhandler"),
    "pythontypehandler": phase("PyHookTypeChecker", "typehandler"),
    "pythonfixuphandler": phase("PyHookFixups", "fixuphandler"),
    "pythonloghandler": phase("PyHookLogTransaction", "loghandler"),
    "pythonconnectionhandler": phase("PyHookProcessConnection", "connectionhandler"),
    "pythoncleanuphandler": for_people("call req.add_cleanup(callable) in any phase"),
    "pythonhandlermodule": for_people("a directive for each phase, or PyHookImport and @pyhook.hook"),
    "pythoninputfilter": filter_of("PyHookInputFilter"),
    "pythonoutputfilter": filter_of("PyHookOutputFilter"),
    **dict.fromkeys(("pythonoptimize", "pythonenablepdb"), gone(ISOLATED)),
}
