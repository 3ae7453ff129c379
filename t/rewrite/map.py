PLACES = {"paris": "fr", "rome": "it", "é": "é"}


def place(req, key):
    assert req.phase == "rewrite_map"
    assert isinstance(key, str)
    return PLACES.get(key)


class Steps:
    def __init__(self):
        self.taken = []

    def next(self, req, key):
        self.taken.append(key)
        return key * len(self.taken)


def broken(req, key):
    raise RuntimeError("the map is torn")


def number(req, key):
    return 7


def show(req):
    return f"{req.args}\n"
