"""Counters and gauges of an application, summed over all children, which the handler `pyhook-metrics` shows.

    from pyhook.metrics import Counter

    orders = Counter("shop_orders", "Orders by country.", ["country"])
    orders.labels("de").inc()

A number lies in memory that all children share. It starts at 0 at each restart of the server, graceful or not, and stays when
a child ends. Names and methods are those of Prometheus' client library.
"""

from __future__ import annotations

import math
import re

from ._native import change_metric, define_metric

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeVar

    Same = TypeVar("Same", bound="Metric")

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]*")
_RESERVED_LABELS = ("le", "quantile")
_SUFFIXES = ("_total", "_created", "_bucket", "_count", "_sum", "_info")

_known: dict[str, tuple[str, tuple[str, ...]]] = {}


class Metric:
    """What counters and gauges have in common."""

    _kind = ""

    def __init__(self, name: str, documentation: str, labelnames: Iterable[str] = ()) -> None:
        self._labelnames = _checked_labels(labelnames)
        self._start = "".join(f"{_plain(text)}\0" for text in (self._kind, _checked_name(name, self)))
        self._family = self._start + "".join(f"{label}\0other\0" for label in self._labelnames)
        self._key: str | None = None if self._labelnames else self._family
        define_metric(self._family, _plain(documentation))

    def labels(self: Same, *values: object, **named: object) -> Same:
        """Return the metric with these values of all labels, by their order or by their names.

        There is room for 1024 of them in the server, each with at most 500 bytes of name and labels. What comes when
        the room is full counts for the metric whose labels are all `other`.

        Raises:
            ValueError: the labels are not those of the metric, or a value contains NUL.
        """
        if self._key is not None:
            raise ValueError("this metric has no labels, or has their values already")
        texts = _in_order(self._labelnames, values, named)
        metric = object.__new__(type(self))
        metric._labelnames, metric._start, metric._family = self._labelnames, self._start, self._family
        metric._key = self._start + "".join(f"{name}\0{text}\0" for name, text in zip(self._labelnames, texts))
        return metric

    def _change(self, amount: float, replaces: bool) -> None:
        if self._key is None:
            raise ValueError(f"choose values for the labels first: .labels({', '.join(self._labelnames)})")
        change_metric(self._key, self._family, amount, replaces)


class Counter(Metric):
    """A number that only grows. `pyhook-metrics` shows it with `_total` behind its name.

    Args:
        name: of letters, digits, `_` and `:`, not beginning with a digit or `pyhook_`; `_total` at its end is left out.
        documentation: a sentence for people.
        labelnames: the names of its labels.

    Raises:
        ValueError: a name that Prometheus does not allow, or that is taken by a metric of another kind or with other labels.
        RuntimeError: there are 128 metrics already, or the texts have more than 500 bytes.
    """

    _kind = "counter"

    def inc(self, amount: float = 1.0) -> None:
        """Add to it. `ValueError` if the amount is negative or no finite number, or if labels have no values yet."""
        if not 0 <= amount < math.inf:
            raise ValueError(f"a counter only grows, by finite amounts, not by {amount!r}")
        self._change(amount, False)


class Gauge(Metric):
    """A number that goes up and down, one for the whole server: the value that was set last, by whichever child.

    Args and errors are those of `Counter`; a name that ends like a sample of another kind, `_total` for example, is a
    `ValueError`. What a child that died has added stays.
    """

    _kind = "gauge"

    def inc(self, amount: float = 1.0) -> None:
        """Add to it. `ValueError` if labels have no values yet."""
        self._change(amount, False)

    def dec(self, amount: float = 1.0) -> None:
        """Take off it. `ValueError` if labels have no values yet."""
        self._change(-amount, False)

    def set(self, value: float) -> None:
        """Replace it. `ValueError` if labels have no values yet."""
        self._change(value, True)


def _checked_name(name: str, metric: Metric) -> str:
    if metric._kind == "counter":
        name = name.removesuffix("_total")
    if not _NAME.fullmatch(name) or name.startswith("pyhook_") or name.endswith(_SUFFIXES):
        raise ValueError(f"{name!r} is no name for a {metric._kind} of an application")
    shape = (metric._kind, metric._labelnames)
    if _known.setdefault(name, shape) != shape:
        raise ValueError(f"there is another metric {name!r}, a {_known[name][0]} with labels {_known[name][1]}")
    return name


def _checked_labels(names: Iterable[str]) -> tuple[str, ...]:
    labels = (names,) if isinstance(names, str) else tuple(names)
    for label in labels:
        if not _LABEL.fullmatch(label) or label in _RESERVED_LABELS or labels.count(label) > 1:
            raise ValueError(f"{label!r} is no name for a label")
    return labels


def _in_order(labels: tuple[str, ...], values: tuple[object, ...], named: dict[str, object]) -> list[str]:
    if values and not named and len(values) == len(labels):
        return [_plain(str(value)) for value in values]
    if not values and named.keys() == set(labels):
        return [_plain(str(named[label])) for label in labels]
    raise ValueError(f"give a value for each of the labels {', '.join(labels)}")


def _plain(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text of a metric contains NUL")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()  # no surrogates: the format is UTF-8
