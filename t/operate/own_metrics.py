"""Handlers that count."""

from urllib.parse import parse_qs

from pyhook.metrics import Counter, Gauge

orders = Counter("shop_orders", "Orders \"by\" country\\.\nAnd more.", ["country"])
visits = Counter("shop_visits", "Visits.")
waiting = Gauge("shop_waiting_seconds", "How long one waits.")


def order(req):
    for country in parse_qs(req.args)["country"]:
        orders.labels(country).inc()
    return "ordered"


def visit(req):
    visits.inc()
    return "seen"


def wait(req):
    waiting.set(float(req.args))
    return "waiting"


def level(req):
    """Set a gauge whose help is the query, as another release of the code may have it."""
    Gauge("shop_level", req.args).set(len(req.args))
    return "set"


def new(req):
    """Make a metric with the name and the kind of the query."""
    name, kind = req.args.split(",")
    try:
        {"counter": Counter, "gauge": Gauge}[kind](name, "New.").inc()
    except (RuntimeError, ValueError) as error:
        return str(error)
    return "made"
