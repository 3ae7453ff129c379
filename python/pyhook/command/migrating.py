"""From a configuration of mod_wsgi or mod_python to one of mod_pyhook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from pyhook.command import from_mod_python, from_mod_wsgi
from pyhook.command.access import rules_of
from pyhook.command.httpd_lines import Line, lines_of
from pyhook.command.migrated import Migrated, Rules, Site, as_word

FOR_ALL = ("PyHookHome", "PyHookPath", "PyHookInterpreter", "PyHookImport")
"""Directives for the whole server."""


def migrate(text: str) -> Iterator[str]:
    """The lines of the new configuration. One that needs a person has a comment before it that begins with `# TODO:`."""
    lines = list(lines_of(text))
    site = _site_of(lines)
    host = False
    for line in lines:
        name = line.directive.lower()
        host = name == "<virtualhost" or (host and name != "</virtualhost>")
        rule = RULES.get(name)
        if rule is None or _is_foreign(line):
            yield line.text
        else:
            yield from _written(line, _placed(rule(line, site), host))


def _placed(made: Migrated, in_host: bool) -> Migrated:
    """mod_wsgi and mod_python take in a <VirtualHost> what holds for the whole server here."""
    moved = [each.split()[0] for each in made.lines if each.startswith(FOR_ALL)] if in_host else []
    if moved:
        made.why = "; ".join(filter(None, (f"move {' and '.join(moved)} out of the <VirtualHost>", made.why)))
    return made


def _written(line: Line, made: Migrated) -> Iterator[str]:
    if made.why:
        yield f"{line.indent}# TODO: {made.why}"
    if made.because:
        yield f"{line.indent}# {' '.join(line.text.split())}: {made.because}"
    elif not made.lines:
        yield from (f"{line.indent}# {each.strip()}" for each in line.text.splitlines())
    for each in made.lines:
        yield line.indent + each


def _site_of(lines: Sequence[Line]) -> Site:
    daemons = {}
    path: list[str] = []
    for line in lines:
        if line.directive.lower() == "wsgidaemonprocess" and line.words:
            daemon = from_mod_wsgi.daemon_of(line)
            daemons[daemon.name] = daemon
            path += daemon.path
        if line.directive.lower() == "wsgipythonpath" and line.words:
            path += line.words[0].split(":")
        if line.directive.lower() == "pythonpath" and line.words:
            path += from_mod_python.directories_in(line.words[0])
    callables = [line.words[0] for line in lines if line.directive.lower() == "wsgicallableobject" and line.words]
    return Site(daemons, path, callables, list(rules_of(lines)))


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
    return Migrated([f"LoadModule pyhook_module {as_word(str(file.parent / 'mod_pyhook.so'))}"])


def if_module(line: Line, _site: Site) -> Migrated:
    return Migrated(["<IfModule mod_pyhook.c>"])


def provider(line: Line, _site: Site) -> Migrated:
    return Migrated(why="define the provider with PyHookAuthnProvider NAME module:callable, and name it here")


RULES: Rules = {
    "loadmodule": load_module,
    "<ifmodule": if_module,
    "addhandler": handler_of,
    "sethandler": handler_of,
    "authbasicprovider": provider,
    "authdigestprovider": provider,
    **from_mod_wsgi.RULES,
    **from_mod_python.RULES,
}
