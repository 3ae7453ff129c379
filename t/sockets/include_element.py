from urllib.parse import unquote


def page(req):
    """Send the query string as a page."""
    req.content_type = "text/html"
    req.notes["seen"] = "by the page"
    return unquote(req.args or "")


def greet(req, name="nobody"):
    assert req.phase == "include_element"
    assert isinstance(name, str)
    return f"<Hello {name}>"


class Boxed:
    def __init__(self):
        self.count = 0

    def show(self, req):
        self.count += 1
        return f"{self.count} {req.notes['seen']}"


def answer(req, what):
    return {"number": 42, "none": None, "true": True, "é": "é"}[what]


def broken(req, *args):
    raise RuntimeError("no element today")


def wrong(req):
    return ["a", "list"]


def writes(req):
    req.write("too early")
