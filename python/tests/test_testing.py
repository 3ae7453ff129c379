"""The fakes beside the stub: the same names, parameters and writable attributes."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from the_stub import STUB

import pyhook
from pyhook import RequestEnded
from pyhook.testing import FakeConnection, FakeRequest, FakeServer, Headers

FAKES: dict[str, type] = {
    "Request": FakeRequest,
    "Connection": FakeConnection,
    "Server": FakeServer,
    "Headers": Headers,
}
ONLY_IN_TESTS: dict[str, set[str]] = {
    "Request": {"end", "response_body"},
    "Connection": {"end"},
    "Server": set(),
    "Headers": set(),
}
FROM_MAPPING = {"get", "keys", "items", "values", "pop", "popitem", "setdefault", "update", "clear"}


def members(name: str) -> dict[str, ast.stmt]:
    [found] = [node for node in STUB.body if isinstance(node, ast.ClassDef) and node.name == name]
    named: dict[str, ast.stmt] = {}
    for node in found.body:
        if isinstance(node, ast.FunctionDef):
            named.setdefault(node.name, node)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            named[node.target.id] = node
    return named


def functions(owner: Any, nodes: dict[str, ast.stmt]) -> Iterator[tuple[ast.FunctionDef, Callable[..., object]]]:
    for name, node in nodes.items():
        if isinstance(node, ast.FunctionDef) and not node.decorator_list and not name.startswith("_"):
            yield node, getattr(owner, name)


DECORATORS = {
    name: {
        ast.unparse(decorator)
        for node in ast.walk(STUB)
        if isinstance(node, ast.ClassDef) and node.name == name
        for function in node.body
        if isinstance(function, ast.FunctionDef)
        for decorator in function.decorator_list
    }
    for name in FAKES
}


def setters(name: str) -> set[str]:
    return {
        member
        for member, node in members(name).items()
        if isinstance(node, ast.AnnAssign) or f"{member}.setter" in DECORATORS[name]
    }


@pytest.mark.parametrize("name", FAKES)
def test_a_fake_has_the_names_of_the_stub_and_no_others(name: str) -> None:
    wanted = set(members(name))
    public = {member for member in dir(FAKES[name]) if not member.startswith("_")}
    dunder = {member for member in wanted if member.startswith("__")}
    extra = ONLY_IN_TESTS[name] | (FROM_MAPPING if name == "Headers" else set())
    assert public - extra == wanted - dunder
    assert all(hasattr(FAKES[name], member) for member in dunder)


@pytest.mark.parametrize("name", FAKES)
def test_the_methods_of_a_fake_take_the_parameters_of_the_stub(name: str) -> None:
    for node, function in functions(FAKES[name], members(name)):
        wanted = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        found = [
            parameter.name
            for parameter in inspect.signature(function).parameters.values()
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
        assert found == wanted, node.name


@pytest.mark.parametrize("name", ["Request", "Connection"])
def test_a_fake_lets_set_what_the_stub_does(name: str) -> None:
    fake = FAKES[name]()
    writable = setters(name)
    for member in members(name):
        if member.startswith("__") or callable(value := getattr(fake, member)):
            continue
        if member in writable:
            setattr(fake, member, value)
        else:
            with pytest.raises(AttributeError):
                setattr(fake, member, value)


def test_the_module_functions_take_the_parameters_of_the_stub() -> None:
    nodes = {node.name: node for node in STUB.body if isinstance(node, ast.FunctionDef)}
    for node, function in functions(pyhook, dict(nodes)):
        assert list(inspect.signature(function).parameters) == [argument.arg for argument in node.args.args], node.name


def test_nothing_can_be_used_after_the_end_but_the_question_whether_it_ended() -> None:
    req = FakeRequest(headers={"Host": "a"}, body=b"x")
    headers = req.headers_in
    done: list[int] = []
    req.add_cleanup(done.append, 1)
    req.add_cleanup(done.append, 2)
    assert req.ended is False
    req.end()
    assert req.ended is True
    assert done == [2, 1]
    for name in set(members("Request")) - {"ended", "__iter__", "__next__"}:
        with pytest.raises(RequestEnded):
            value: Any = getattr(req, name)
            value(*[None] * (len(inspect.signature(value).parameters)))
    for use in (lambda: headers["Host"], lambda: list(headers), lambda: len(headers), lambda: list(req)):
        with pytest.raises(RequestEnded):
            use()
    with pytest.raises(RequestEnded):
        req.uri = "/"
    with pytest.raises(RequestEnded):
        headers["X"] = "1"
