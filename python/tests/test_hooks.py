from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest

import pyhook
from pyhook import handlers, hooks


@pytest.fixture(autouse=True)
def empty_registry() -> Iterator[None]:
    kept = dict(hooks.registered)
    hooks.registered.clear()
    yield
    hooks.registered.clear()
    hooks.registered.update(kept)


def test_a_hook_is_registered_in_order_and_returned_unchanged() -> None:
    def first(req: pyhook.Request) -> None: ...
    def second(req: pyhook.Request) -> None: ...

    assert pyhook.hook("fixups")(first) is first
    assert pyhook.hook("fixups")(second) is second
    assert hooks.registered == {"fixups": [first, second]}


def test_a_callable_may_serve_two_phases() -> None:
    @pyhook.hook("fixups")
    @pyhook.hook("log_transaction")
    def seen(req: pyhook.Request) -> None: ...

    assert hooks.registered == {"log_transaction": [seen], "fixups": [seen]}


def test_an_unknown_phase_is_refused_with_the_known_ones() -> None:
    name: Any = "fixup"
    with pytest.raises(ValueError, match="'fixup'; there are post_read_request, .*log_transaction"):
        pyhook.hook(name)
    assert hooks.registered == {}


def test_the_bare_decorator_is_refused() -> None:
    def forgot_the_phase(req: pyhook.Request) -> None: ...

    decorator: Any = pyhook.hook
    with pytest.raises(ValueError, match="no phase is named"):
        decorator(forgot_the_phase)


def test_only_a_callable_can_be_a_hook() -> None:
    register: Any = pyhook.hook("fixups")
    with pytest.raises(TypeError, match="a hook is a callable"):
        register("site:callable")


def test_the_typed_names_are_the_phases() -> None:
    assert get_args(handlers.Phase) == pyhook.phases
