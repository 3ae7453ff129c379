"""Compares the stub of `_pyhook` with the module that httpd made."""

from __future__ import annotations

import ast
import inspect
import itertools
import types
from pathlib import Path

import _pyhook
import pyhook


def parameters_of(function: ast.FunctionDef) -> list[str]:
    arguments = function.args
    names = [a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs] if a.arg != "self"]
    return names + (["*" + arguments.vararg.arg] if arguments.vararg else [])


def live_parameters(function: object) -> list[str] | None:
    try:
        signature = inspect.signature(function)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return [
        ("*" if p.kind is p.VAR_POSITIONAL else "") + name
        for name, p in signature.parameters.items()
        if name not in ("self", "module")
    ]


def members_of(body: list[ast.stmt]) -> dict[str, ast.stmt]:
    members: dict[str, ast.stmt] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            members.setdefault(node.name, node)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            members[node.target.id] = node
    return members


def is_property(node: ast.stmt) -> bool:
    return isinstance(node, ast.AnnAssign) or any(
        isinstance(d, ast.Name) and d.id == "property" for d in getattr(node, "decorator_list", [])
    )


def docstrings(body: list[ast.stmt]) -> dict[str, str | None]:
    """Find a function's docstring in it, and an attribute's below it. A property's setter has none."""
    found: dict[str, str | None] = {}
    for node, below in itertools.zip_longest(body, body[1:]):
        if isinstance(node, ast.FunctionDef):
            found.setdefault(node.name, ast.get_docstring(node))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            said = below.value if isinstance(below, ast.Expr) else None
            found[node.target.id] = said.value if isinstance(said, ast.Constant) else None
    return found


def other_docstrings(where: str, stub: dict[str, str | None], live: object) -> list[str]:
    """Compare without line breaks. Definitions of Python itself, and constants, are not compared."""
    found = []
    for name, said in stub.items():
        value = inspect.getattr_static(live, name, None)
        if name.startswith("__") or isinstance(value, int | tuple | types.MappingProxyType | dict):
            continue
        actual = getattr(value, "__doc__", None)
        if not actual or actual.split() != (said or "").split():
            found.append(f"{where}.{name} is {said!r} in the stub, and here {actual!r}")
    return found


def differences(where: str, stub: dict[str, ast.stmt], live: object) -> list[str]:
    found = []
    for name, node in stub.items():
        if not hasattr(live, name):
            found.append(f"{where}.{name} is in the stub only")
        elif isinstance(node, ast.FunctionDef) and not is_property(node) and not name.startswith("__"):
            actual = live_parameters(getattr(live, name))
            if actual != parameters_of(node):
                found.append(f"{where}.{name}{parameters_of(node)} takes {actual}")
    for name, value in vars(live).items():
        inherited = name in dir(dict) or name in ("popitem", "get", "keys", "items", "values")
        if name.startswith("_") or isinstance(value, type | types.ModuleType) or name in stub:
            continue
        if not (where == "Headers" and inherited):
            found.append(f"{where}.{name} is not in the stub")
    return found


def compare(req: pyhook.Request) -> str:
    files = sorted(Path(req.options["stub"]).glob("*.pyi"))
    tree = ast.parse("\n".join(file.read_text(encoding="utf-8") for file in files))
    found = differences("_pyhook", members_of(tree.body), _pyhook)
    found += other_docstrings("_pyhook", docstrings(tree.body), _pyhook)
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    for name, node in classes.items():
        if hasattr(_pyhook, name):
            found += differences(name, members_of(node.body), getattr(_pyhook, name))
            found += other_docstrings(name, docstrings(node.body), getattr(_pyhook, name))
            found += other_docstrings("class", {name: ast.get_docstring(node)}, _pyhook)
        else:
            found.append(f"{name} is in the stub only")
    found += [f"{name} is not in the stub" for name, value in vars(_pyhook).items()
              if isinstance(value, type) and not name.startswith("_") and name not in classes]
    return "\n".join(sorted(found)) + "\n"
