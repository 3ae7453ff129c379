"""`pyhook.metrics` outside httpd."""

from __future__ import annotations

import math

import pytest
from pyhook.metrics import Counter, Gauge
from pyhook.testing import metric_value


def test_a_counter_counts() -> None:
    orders = Counter("test_orders", "Orders.")
    assert metric_value("test_orders_total") == 0
    orders.inc()
    orders.inc(2.5)
    assert metric_value("test_orders_total") == 3.5


def test_labels_by_order_and_by_name() -> None:
    requests = Counter("test_requests_total", "Requests.", ["method", "code"])
    requests.labels("GET", 200).inc()
    requests.labels(code=200, method="GET").inc()
    requests.labels("GET", 404).inc()
    assert metric_value("test_requests_total", method="GET", code="200") == 2
    assert metric_value("test_requests_total", method="GET", code="404") == 1
    assert metric_value("test_requests_total", method="POST", code="200") == 0


def test_a_gauge_goes_up_and_down() -> None:
    queue = Gauge("test_queue", "Jobs that wait.")
    queue.set(5)
    queue.inc()
    queue.dec(2)
    assert metric_value("test_queue") == 4


def test_two_metrics_of_one_name_are_one() -> None:
    Counter("test_twice", "One.").inc()
    Counter("test_twice_total", "One.").inc()
    assert metric_value("test_twice_total") == 2


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a b", "pyhook_calls", "a_bucket", "a\n"])
def test_wrong_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no name for a counter"):
        Counter(name, "Wrong.")


def test_a_gauge_is_not_named_like_a_counter() -> None:
    with pytest.raises(ValueError, match="is no name for a gauge"):
        Gauge("test_jobs_total", "Jobs.")


@pytest.mark.parametrize("labels", [["le"], ["quantile"], ["__a"], ["a-b"], ["a", "a"], [""]])
def test_wrong_labels_are_refused(labels: list[str]) -> None:
    with pytest.raises(ValueError, match="is no name for a label"):
        Counter("test_labels", "Wrong.", labels)


def test_a_name_has_one_shape() -> None:
    Counter("test_shape", "Shape.", ["a"])
    with pytest.raises(ValueError, match="another metric 'test_shape'"):
        Gauge("test_shape", "Shape.", ["a"])
    with pytest.raises(ValueError, match="another metric 'test_shape'"):
        Counter("test_shape", "Shape.")


@pytest.mark.parametrize("amount", [-1, math.inf, math.nan])
def test_a_counter_only_grows(amount: float) -> None:
    with pytest.raises(ValueError, match="only grows"):
        Counter("test_grows", "Grows.").inc(amount)


def test_values_are_needed_for_all_labels() -> None:
    labelled = Counter("test_values", "Values.", ["a", "b"])
    with pytest.raises(ValueError, match="choose values"):
        labelled.inc()
    wrong: list[tuple[list[str], dict[str, str]]] = [(["1"], {}), ([], {"a": "1"}), (["1"], {"b": "2"})]
    for values, named in wrong:
        with pytest.raises(ValueError, match="give a value for each"):
            labelled.labels(*values, **named)
    with pytest.raises(ValueError, match="no labels, or has"):
        labelled.labels("1", "2").labels("1", "2")


def test_texts_without_nul_nor_surrogates() -> None:
    names = Counter("test_names", "Names.", ["name"])
    with pytest.raises(ValueError, match="NUL"):
        names.labels("a\0b")
    names.labels("\udcff").inc()
    assert metric_value("test_names_total", name="?") == 1
    names.labels("ä").inc()
    assert metric_value("test_names_total", name="ä") == 1
