"""Imports the modules of sites.

Sites of one server run in one Python, and each sees its own modules: mod_python gave every virtual host an interpreter
of its own for this. A module that lies in a directory of the site (that of a handler's section, those of PythonPath)
belongs to the site's `Realm`; where two realms have modules of one name, the second is kept in `sys.modules` as
`name@realm`, and `import name` in its realm finds that one. Modules from elsewhere are shared.
"""

from __future__ import annotations

import builtins
import os
import re
import sys
import time
from _thread import allocate_lock
from importlib import import_module as import_by_name
from importlib.machinery import PathFinder
from importlib.util import spec_from_file_location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

SECONDS_BETWEEN_LOOKS = 1.0

_base_path = [directory for directory in sys.path if directory]
_lock = allocate_lock()
_realms: dict[str, Realm] = {}
_spaces: dict[tuple[str, str | None, Path | None], Space] = {}
_claims: dict[str, Claim] = {}

Path = tuple[tuple[str, ...], tuple[str, ...]]
"""What PythonPath puts before and behind `sys.path`."""


def path_of(expression: str | None) -> Path | None:
    """Read PythonPath, which the httpd module has checked: lists of strings, `sys.path`, and sums of them."""
    if expression is None:
        return None
    before: list[str] = []
    behind: list[str] = []
    here = before
    for word, quoted in re.findall(r"""(sys\.path)|[rR]?('[^']*'|"[^"]*")""", expression):
        if word:
            here = behind
        else:
            here.append(quoted[1:-1])
    return tuple(before), tuple(behind)


class Claim:
    """A module that lies in a directory of a realm, by its name in `sys.modules`."""

    def __init__(self, space: Space, actual: str, spec: ModuleSpec) -> None:
        self.space = space
        self.actual = actual
        self.origin = spec.origin
        self.locations = spec.submodule_search_locations
        self.is_installed = bool({"site-packages", "dist-packages"} & set((spec.origin or "").split(os.sep)))

    def spec(self) -> ModuleSpec | None:
        """Make the spec that loads it."""
        assert self.origin is not None
        return spec_from_file_location(self.actual, self.origin, submodule_search_locations=self.locations)


class Realm:
    """The modules of one interpreter's name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.claims: dict[str, Claim] = {}
        self.callables: dict[tuple[Any, ...], Any] = {}
        """What handlers name, until a file is edited: then it is another dict."""
        self.next_look = time.monotonic() + SECONDS_BETWEEN_LOOKS
        self._looking = allocate_lock()
        self._times: dict[str, float] = {}
        self._since = time.time()  # every import of the realm's modules is later

    def actual_name(self, top: str, spec: ModuleSpec, space: Space) -> str:
        """Claim the module that `spec` finds, and give its name in `sys.modules`."""
        origin = spec.origin or ""
        label = self.name.replace(".", "_")  # a dot would name a package
        with _lock:
            known = self.claims.get(origin)
            if known is not None:
                return known.actual
            actual, number = top, 1
            while _is_taken(actual, origin):
                actual = f"{top}@{label}" if number == 1 else f"{top}@{label}#{number}"
                number += 1
            self.claims[origin] = _claims[actual] = Claim(space, actual, spec)
        return actual

    def look_for_edits(self) -> None:
        """Forget all modules of the realm if the file of one has been edited: they are then imported anew, together."""
        now = time.monotonic()
        if now < self.next_look or not self._looking.acquire(blocking=False):
            return
        try:
            self.next_look = now + SECONDS_BETWEEN_LOOKS
            if self._is_edited():
                self.forget()
        finally:
            self._looking.release()

    def _own_modules(self) -> dict[str, str]:
        tops = {claim.actual for claim in list(self.claims.values())}
        files = {
            name: getattr(module, "__file__", None)
            for name, module in list(sys.modules.items())
            if name.partition(".")[0] in tops
        }
        return {name: file for name, file in files.items() if file}

    def _is_edited(self) -> bool:
        edited = False
        for file in self._own_modules().values():
            try:
                changed = os.stat(file).st_mtime
            except OSError:
                continue  # being replaced, or gone: what is loaded stays
            known = self._times.get(file)
            is_new = self._since < changed <= time.time() if known is None else known != changed
            self._times[file] = changed
            edited = edited or is_new
        return edited

    def forget(self) -> None:
        """Let the next import read all files of the realm."""
        for name in self._own_modules():
            sys.modules.pop(name, None)
        self._times.clear()
        self._since = time.time()
        self.callables = {}


def _is_taken(actual: str, origin: str) -> bool:
    if actual in _claims:
        return True
    loaded = sys.modules.get(actual)
    return loaded is not None and getattr(loaded, "__file__", None) != origin


class Space:
    """Where the modules of one directory of a realm are looked up."""

    def __init__(self, realm: Realm, directory: str | None, path: Path | None) -> None:
        before, behind = path or ((), ())
        self.realm = realm
        self._before = [directory, *before] if directory else list(before)
        self._behind = list(behind)
        self._names: dict[str, str | None] = {}
        self._files: dict[str, str] = {}
        _show_on_path(self._before, self._behind)

    def actual(self, top: str) -> str | None:
        """Give the name in `sys.modules` of a module of the realm, or None if the realm has no such module."""
        if top in self._names:
            return self._names[top]
        spec = self._find(top)
        if spec is None or spec.origin is None or spec.loader is None or not os.path.isfile(spec.origin):
            return None
        self._names[top] = self.realm.actual_name(top, spec, self)
        return self._names[top]

    def _find(self, top: str) -> ModuleSpec | None:
        found = PathFinder.find_spec(top, self._before) if self._before else None
        if found is None and self._behind and top not in sys.builtin_module_names:
            if PathFinder.find_spec(top, _base_path) is None:
                found = PathFinder.find_spec(top, self._behind)
        return found

    def load(self, name: str) -> ModuleType:
        """Import a module as this space sees it. Raises what the import raises."""
        top, dot, rest = name.partition(".")
        return import_by_name((self.actual(top) or top) + dot + rest)

    def load_file(self, file: str) -> ModuleType:
        """Import the file of this path, under its name without the suffix. Raises what the import raises."""
        known = sys.modules.get(self._files.get(file, ""))
        if known is not None and not getattr(known.__spec__, "_initializing", False):
            return known  # it is complete: another thread may be importing it
        self._files[file] = actual = self._claim_file(os.path.normpath(file))
        return import_by_name(actual)

    def _claim_file(self, file: str) -> str:
        """Claim the module of a file, and give its name in `sys.modules`."""
        top = re.sub(r"\W", "_", os.path.splitext(os.path.basename(file))[0])
        spec = spec_from_file_location(top, file)
        if spec is None or not os.path.isfile(file):
            raise ImportError(f"there is no module at {file}", path=file)
        return self.realm.actual_name(top, spec, self)


def _show_on_path(before: Sequence[str], behind: Sequence[str]) -> None:
    """Put the directories on `sys.path` too: sites look there."""
    known = {os.path.normpath(directory) for directory in sys.path if isinstance(directory, str)}
    new = [os.path.normpath(one) for one in before if os.path.normpath(one) not in known]
    sys.path[:0] = new
    sys.path += [one for one in behind if os.path.normpath(one) not in known and os.path.normpath(one) not in new]


def space_of(interpreter: str, directory: str | None, path: Path | None) -> Space:
    """Give the space of a directory in the realm of an interpreter's name."""
    key = (interpreter, directory, path)
    space = _spaces.get(key)
    if space is None:
        realm = _realms.setdefault(interpreter, Realm(interpreter))
        space = _spaces.setdefault(key, Space(realm, directory, path))
    return space


def is_claimed(name: str) -> bool:
    """Does the module, or its package, lie in a directory of a site, and not in one of installed packages?"""
    claim = _claims.get(name.partition(".")[0])
    return claim is not None and not claim.is_installed


class ClaimFinder:
    """Finds claimed modules, before `sys.path` is searched."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Give the spec of a claimed module, None for any other name."""
        claim = _claims.get(name) if path is None else None
        return None if claim is None else claim.spec()


_ordinary_import = builtins.__import__


def import_in_realm(
    name: str,
    globals: Mapping[str, object] | None = None,
    locals: Mapping[str, object] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    """Do what `import` does; in a module of a realm, find the realm's own modules first."""
    if level == 0 and globals is not None:
        claim = _claims.get(str(globals.get("__name__")).partition(".")[0])
        if claim is not None:
            top, dot, rest = name.partition(".")
            actual = claim.space.actual(top)
            if actual is not None:
                name = actual + dot + rest
    return _ordinary_import(name, globals, locals, fromlist or (), level)


def install() -> None:
    """Let `import` see realms. A second call changes nothing."""
    if not any(isinstance(finder, ClaimFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, ClaimFinder())
        builtins.__import__ = import_in_realm
