"""Compares the stub `_pyhook.pyi` with the module that httpd made."""

from __future__ import annotations

import ast
import inspect
import types

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
    with open(req.options["stub"], encoding="utf-8") as file:
        tree = ast.parse(file.read())
    found = differences("_pyhook", members_of(tree.body), _pyhook)
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    for name, node in classes.items():
        if hasattr(_pyhook, name):
            found += differences(name, members_of(node.body), getattr(_pyhook, name))
        else:
            found.append(f"{name} is in the stub only")
    found += [f"{name} is not in the stub" for name, value in vars(_pyhook).items()
              if isinstance(value, type) and not name.startswith("_") and name not in classes]
    return "\n".join(sorted(found)) + "\n"
