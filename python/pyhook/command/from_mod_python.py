"""What the directives of mod_python become; docs/migration-from-mod_python.md says the same to people."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from pyhook.command.httpd_lines import Line
from pyhook.command.migrated import ISOLATED, Migrated, Rules, Site, application_group, as_word, for_people, gone, reloading, switch


def directories_in(words: str) -> list[str]:
    """The directories in an expression such as `['/srv/site'] + sys.path`."""
    return [value for value in re.findall(r"""['"](/[^'"]*)['"]""", words)]


def python_path(line: Line, _site: Site) -> Migrated:
    directories = directories_in(" ".join(line.words))
    why = "" if _is_plain(" ".join(line.words)) else "is this all that the expression gives?"
    if not directories:
        return Migrated(why="name the directories: PyHookPath DIR …")
    return Migrated([f"PyHookPath {' '.join(map(as_word, directories))}"], why)


def _is_plain(expression: str) -> bool:
    literal = re.sub(r"\s*\+\s*sys\.path\s*$|^\s*sys\.path\s*\+\s*", "", expression)
    try:
        return isinstance(ast.literal_eval(literal), list)
    except (ValueError, SyntaxError):
        return False


WITHOUT_SUCCESSOR = ("mod_python.publisher", "mod_python.psp", "mod_python.cgihandler")


def phase(directive: str, function: str) -> Callable[[Line, Site], Migrated]:
    """`module::object`, or a module whose function has the name of the phase."""

    def migrated(line: Line, _site: Site) -> Migrated:
        words = [word for word in line.words if word != "|" and not word.startswith((".", "|"))]
        if own := [word for word in words if word in WITHOUT_SUCCESSOR]:
            return Migrated(why=f"{own[0]} is no handler of mod_pyhook: mod_pyhook_python.so runs such a site as it is")
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


RULES: Rules = {
    "pythonpath": python_path,
    "pythonoption": switch("PyHookOption"),
    "pythondebug": switch("PyHookDebug"),
    "pythonautoreload": reloading,
    "pythonimport": lambda line, _site: Migrated(
        [f"PyHookImport {as_word(line.words[0].partition('::')[0])}"] if line.words else [],
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
