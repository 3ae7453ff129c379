"""What handlers have counted with `pyhook.metrics` in this process."""

from __future__ import annotations

from . import native


def metric_value(sample: str, **labels: str) -> float:
    """Return the number of a sample, `shop_orders_total` for example; 0 if nothing has changed it.

    Tests of one process share their numbers: compare with the number before.
    """
    for key, number in native.metrics.items():
        kind, name, *pairs = key.split("\0")[:-1]
        name += "_total" if kind == "counter" else ""
        if name == sample and dict(zip(pairs[::2], pairs[1::2])) == labels:
            return number
    return 0.0
