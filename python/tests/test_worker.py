"""The fake of a balancer's backends, and a method tested with it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pyhook import Request, Worker
from pyhook.handlers import BalancerMethod
from pyhook.testing import FakeRequest, FakeWorker


def least_busy(req: Request, workers: Sequence[Worker]) -> Worker | None:
    return min(workers, key=lambda worker: worker.busy)


def test_a_method_chooses_among_fakes() -> None:
    method: BalancerMethod = least_busy
    one, two = FakeWorker(route="one", busy=3), FakeWorker(route="two", error_time=None)
    assert method(FakeRequest(), [one, two]) is two


def test_a_worker_is_read_only_and_knows_its_fields() -> None:
    with pytest.raises(AttributeError):
        FakeWorker().busy = 5
    with pytest.raises(TypeError):
        FakeWorker(colour="red")
