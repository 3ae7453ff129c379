from __future__ import annotations

import pyhook
from pyhook.status import describe


def test_the_answers_are_httpds() -> None:
    assert (pyhook.OK, pyhook.DECLINED, pyhook.DONE) == (0, -1, -2)


def test_an_answer_is_described_by_its_name() -> None:
    assert [describe(answer) for answer in (0, -1, -2, 404)] == ["OK", "DECLINED", "DONE", "404"]
