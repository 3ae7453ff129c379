import pyhook


def answer(req):
    return f"{req.options['backend']} {req.headers_in.get('Cookie', '')}"


def by_cookie(req, workers):
    """Choose the worker that the client's cookie names; a new client keeps the worker whose turn it is."""
    assert req.phase == "balancer_method"
    wanted = req.headers_in.get("Cookie", "").removeprefix("worker=")
    for worker in workers:
        if worker.route == wanted:
            return worker
    worker = min(workers, key=lambda worker: worker.elected)
    req.err_headers_out.add("Set-Cookie", f"worker={worker.route}")
    return worker


class Kept:
    def __init__(self):
        self.first = None

    def choose(self, req, workers):
        """A worker kept from an earlier call counts like one of this call."""
        if self.first is None:
            self.first = workers[0]
        assert self.first == workers[0] and hash(self.first) == hash(workers[0])
        assert self.first != workers[-1] and self.first != "one"
        return self.first


def rotate(req, workers):
    return None


def describe(req, workers):
    fields = "name scheme hostname port route redirect lbfactor lbset status is_usable is_draining retries error_time"
    for worker in workers:
        req.log(f"{worker!r} " + " ".join(f"{name}={getattr(worker, name)!r}" for name in fields.split()))
        assert worker.elected >= 0 and worker.busy >= 0 and worker.transferred >= 0 and worker.read >= 0
    return workers[-1]


def raises(req, workers):
    raise pyhook.HTTPError(404)


def exits(req, workers):
    raise SystemExit(0)


def number(req, workers):
    return 1


kept = []


def stranger(req, workers):
    """At the second call for the same request the first worker has failed and is no longer in the list."""
    kept.extend(workers)
    return kept[0]


def assign(req, workers):
    workers[0].route = "mine"


def runs(req, workers):
    """Would wait for a lock that this thread holds."""
    req.lookup_uri("/balanced/rotate").run()


def reads(req, workers):
    req.read()


def writes(req, workers):
    req.write("x")
