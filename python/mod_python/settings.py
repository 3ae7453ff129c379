"""What the directives of a location say: handlers and settings, read from the texts of the httpd module."""

from __future__ import annotations

import os
from copy import copy

from .asking import PART, records
from .importing import Space, path_of, space_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_KEPT = 1024
"""Texts that are kept with what they mean. Their number is that of the configuration's sections, unless `.htaccess`
files change."""

FIRST_ANSWER = frozenset(("PythonTransHandler", "PythonAuthenHandler", "PythonAuthzHandler", "PythonTypeHandler"))
"""Phases in which OK ends the phase; in the others all handlers run."""

DEFAULT_OBJECTS = {
    "PythonInputFilter": "inputfilter",
    "PythonOutputFilter": "outputfilter",
}


def default_object(phase: str) -> str:
    """Name the object that a handler of this phase means when it names only a module."""
    return DEFAULT_OBJECTS.get(phase) or phase.removeprefix("Python").lower()


def extension_of(filename: str | None) -> str:
    """Give what `os.path.splitext` does, which is slower."""
    if not filename:
        return ""
    at, start = filename.rfind("."), filename.rfind("/") + 1
    return filename[at:] if at > start and filename[start:at].strip(".") else ""


class Handler:
    """One handler as a directive or `req.add_handler` names it."""

    __slots__ = (
        "directory", "extensions", "handler", "is_fixed", "is_location", "is_pattern", "kept", "module", "object", "parent",
        "silent",
    )  # fmt: skip

    def __init__(self, phase: str, handler: str, directory: str = "", flags: str = "", extensions: str = "") -> None:
        self.handler = handler
        self.module, _, self.object = handler.partition("::")
        self.object = self.object or default_object(phase)
        self.is_location = "l" in flags
        self.is_pattern = "m" in flags
        self.directory: str | None = directory or None
        self.silent = "s" in flags
        self.extensions = tuple(extensions.split())
        self.parent = self.directory if self.directory and not self.is_location else None
        self.is_fixed = False
        """Does it mean the same in every request? Then `kept` is what was found for the last one."""
        self.kept: tuple[Space, dict[tuple[Any, ...], Any], Any] | None = None
        """Its space, the realm's callables at that time, and its own: threads replace them only together."""

    def object_kept(self, settings: Settings) -> Any:
        """Give the object that was found for an earlier request, unless a file has been edited since; else None."""
        kept = self.kept
        if kept is None:
            return None
        realm = kept[0].realm
        if settings.autoreload:
            realm.look_for_edits()
        return kept[2] if kept[1] is realm.callables else None

    def directory_for(self, req: Any) -> str | None:
        """Say where modules are looked up: in the directory of the section, or of the file if the section is a pattern."""
        if self.is_pattern and req is not None and req.filename:
            return os.path.dirname(str(req.filename)) + "/"
        return self.parent

    def serves(self, extension: str) -> bool:
        """Is the handler for files of this extension?"""
        return not self.extensions or extension in self.extensions


class Settings:
    """The other directives of a location."""

    def __init__(self, text: str) -> None:
        self.directives: dict[str, str] = {}
        self.options: dict[str, str] = {}
        self.filters: dict[tuple[bool, str], Handler] = {}
        for kind, name, *rest in records(text):
            if kind == "O":
                self._set_option(name, rest[0])
            elif kind == "D":
                self.directives[name] = rest[0]
            else:
                is_input = kind == "I"
                self.filters[is_input, name.lower()] = Handler(
                    "PythonInputFilter" if is_input else "PythonOutputFilter", *rest
                )
        self.autoreload = self.directives.get("PythonAutoReload", "1") == "1"
        self.path = path_of(self.directives.get("PythonPath"))
        self.interpreter = self.directives.get("PythonInterpreter")
        self.per_directory = self.directives.get("PythonInterpPerDirectory") == "1"
        self.per_directive = self.directives.get("PythonInterpPerDirective") == "1"
        self.made: dict[str, Any] = {}
        """What modules have read from the options, by the names of the modules."""
        self.is_debugging = self.directives.get("PythonDebug") == "1"

    def _set_option(self, name: str, value: str) -> None:
        """Set the option; without a value it is removed."""
        if value:
            self.options[name] = value
        else:
            self.options.pop(name, None)

    def interpreter_for(self, server_name: str | None, directory: str | None, filename: str | None) -> str:
        """Name the interpreter by mod_python's rules."""
        if self.interpreter:
            return self.interpreter
        if self.per_directory:
            if not filename:
                return "main_interpreter"
            is_directory = filename.endswith("/") or os.path.isdir(filename)
            return filename.rstrip("/") + "/" if is_directory else os.path.dirname(filename) + "/"
        if self.per_directive:
            return directory or "main_interpreter"
        return server_name or "main_interpreter"

    def space(self, interpreter: str, directory: str | None) -> Space:
        """Give the space that a handler of this directory imports from."""
        return space_of(interpreter, directory if self.path is None else None, self.path)


class Plan:
    """What runs in a phase at a location. It also stands for the run itself, while the request has no more to say of it
    than that the first handler runs.
    """

    def __init__(self, text: str) -> None:
        phase, handlers, settings, server_name = text.split(PART)
        self.phase = phase
        self.handlers = [Handler(phase, *record) for record in records(handlers)]
        self.settings = settings_from(settings)
        self.server_name = server_name
        self.runs_at_end = phase == "PythonCleanupHandler"
        self.ends_with_ok = phase in FIRST_ANSWER
        for handler in self.handlers:
            handler.is_fixed = not (handler.is_pattern or self.settings.per_directory)
        extensions = {one for handler in self.handlers for one in handler.extensions}
        self.has_extensions = bool(extensions)
        self._name_interpreter()
        self._by_extension = {one: self._serving(one) for one in (*extensions, "")} if extensions else {}

    def _name_interpreter(self) -> None:
        directory = self.handlers[0].directory if self.handlers else None
        is_fixed = not self.settings.per_directory
        self.interpreter = self.settings.interpreter_for(self.server_name, directory, None) if is_fixed else None
        """The name of the interpreter, by mod_python's rules; None: the file says."""

    def _serving(self, extension: str) -> Plan:
        return self.only(*(handler for handler in self.handlers if handler.serves(extension)))

    def for_extension(self, extension: str) -> Plan:
        """Give the plan of the handlers that serve files of this extension."""
        return self._by_extension.get(extension) or self._by_extension[""]

    def only(self, *handlers: Handler) -> Plan:
        """Give the same with these handlers."""
        made = copy(self)
        made.handlers = list(handlers)
        made.has_extensions = False
        made._name_interpreter()
        return made

    def now(self) -> Handler | None:
        """Give the handler that runs."""
        return self.handlers[0] if self.handlers else None


_settings: dict[str, Settings] = {}
plans: dict[str, Plan] = {}


def settings_from(text: str) -> Settings:
    """Read the settings, or give what has been read from the same text."""
    known = _settings.get(text)
    if known is None:
        if len(_settings) >= MOST_KEPT:
            _settings.clear()
        known = _settings[text] = Settings(text)
    return known


def plan_from(text: str) -> Plan:
    """Read a phase, its handlers, the settings and the server's name."""
    known = plans.get(text)
    if known is None:
        if len(plans) >= MOST_KEPT:
            plans.clear()
        known = plans[text] = Plan(text)
    return known
