"""What `pyhook serve` is told to serve, and of which kind it is.

Run as a program in the environment that will serve it, this looks at the object itself."""

from __future__ import annotations

import contextlib
import enum
import importlib
import importlib.machinery
import importlib.util
import inspect
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from pyhook import cures, kinds
from pyhook.command.failure import Failure

USUAL_NAMES = ("application", "app")


class Kind(enum.StrEnum):
    WSGI = "wsgi"
    ASGI = "asgi"
    HANDLER = "handler"
    FILES = "files"


@dataclass(frozen=True)
class Target:
    """`spec` is what a directive is given: `module:callable`, the path of a .wsgi file, or of a directory."""

    spec: str
    kind: Kind


def find(word: str, python: str, path: Sequence[str], kind: Kind | None = None) -> Target:
    """`python` is asked for the kind, with `path` on sys.path, unless `kind` says it. Raises Failure."""
    if Path(word).is_dir():
        return Target(str(Path(word).resolve()), Kind.FILES)
    if _is_file(word) and not Path(word.partition(":")[0]).is_file():
        raise Failure(f"there is no file or directory {word.partition(':')[0]}")
    spec = str(Path(word.partition(":")[0]).resolve()) + _behind_colon(word) if _is_file(word) else word
    if kind is not None and _has_name(spec):
        return Target(spec, kind)
    return _asked(spec, python, path, kind)


def _behind_colon(word: str) -> str:
    _, colon, name = word.partition(":")
    return colon + name


def _is_file(word: str) -> bool:
    return "/" in word or word.partition(":")[0].endswith(".wsgi")


def _has_name(spec: str) -> bool:
    return ":" in spec or _is_file(spec)


def _asked(spec: str, python: str, path: Sequence[str], kind: Kind | None) -> Target:
    package = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*path, package]), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [python, "-m", "pyhook.command.targets", spec]
    try:
        asked = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    except OSError as problem:
        raise Failure(f"{python} can't be run: {problem}") from problem
    if asked.returncode != 0:
        raise Failure(f"{spec} can't be served: {python} can't import it, as is said above")
    answer = json.loads(asked.stdout)
    if answer["problem"]:
        raise Failure(answer["problem"])
    if answer["kind"] is None and kind is None:
        raise Failure(f"{spec} does not show whether it is a WSGI application, an ASGI application or a handler: say --kind")
    return Target(answer["spec"], kind or Kind(answer["kind"]))


def kind_of(served: object) -> Kind | None:
    """By its parameters: (environ, start_response), (scope, receive, send) or (req). None where they don't show it."""
    seems = None if isinstance(served, type) else kinds.kind_of(served)
    return Kind(seems) if seems in (kinds.Kind.WSGI, kinds.Kind.ASGI, kinds.Kind.HANDLER) else None


def problem_of(spec: str, served: object) -> str | None:
    """Why `served` can't be served as it is named, if it shows that."""
    seems = kinds.kind_of(served)
    if seems is kinds.Kind.FACTORY:
        return f"{spec} takes no arguments, as a factory: to serve what it makes, write '{spec}()'"
    if seems in (kinds.Kind.FILTER, kinds.Kind.WEBSOCKET):
        return f"{spec} seems to be {seems.words}: name it with {seems.directives} in a file, and that with --include"
    return None


def load(spec: str) -> tuple[str, object]:
    """The object, and the whole spec: a module alone is looked through for the usual names. Raises Failure where there
    is no such name.
    """
    words, called = (spec[:-2], True) if spec.endswith("()") else (spec, False)
    place, _, name = words.partition(":")
    module = _module(place)
    name = name or _usual_name(module, place)
    served: object = module
    for part in name.split("."):
        if isinstance(served, ModuleType) and not hasattr(served, part):
            raise Failure(cures.other_names(served, part))
        served = getattr(served, part)
    if called:
        assert callable(served), f"{words} is no factory"
        return f"{place}:{name}()", served()
    return f"{place}:{name}", served


def _module(place: str) -> ModuleType:
    if not _is_file(place):
        return _imported(place)
    loader = importlib.machinery.SourceFileLoader("pyhook_served", place)
    spec = importlib.util.spec_from_loader("pyhook_served", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name is None or not f"{name}.".startswith(f"{missing.name}."):  # one that it imports
            raise
        if name.endswith(".py"):
            raise Failure(f"a module is named without .py: write {name.removesuffix('.py')}") from None
        searched = " or ".join(os.environ.get("PYTHONPATH", "").split(os.pathsep)[:-1])
        raise Failure(f"there is no module {missing.name!r} in {searched} or among {sys.prefix}'s packages: "
                      "correct the name, or say its directory with --path") from None  # fmt: skip


def _usual_name(module: ModuleType, place: str) -> str:
    for name in USUAL_NAMES:
        if hasattr(module, name):
            return name
    own = cures.callables_of(module)[:8]
    others = f" but {', '.join(own)}" if own else ""
    raise Failure(f"{place} has neither {' nor '.join(USUAL_NAMES)}{others}: say which of its names, as in {place}:{[*own, 'main'][0]}")


def main(spec: str) -> int:
    whole, served, problem = spec, None, None
    try:
        with contextlib.redirect_stdout(sys.stderr):  # what the application prints is no answer
            whole, served = load(spec)
            problem = problem_of(whole, served)
    except Failure as failure:
        problem = str(failure)
    except Exception:
        traceback.print_exc()
        return 1
    print(json.dumps({"spec": whole, "kind": kind_of(served), "problem": problem}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
