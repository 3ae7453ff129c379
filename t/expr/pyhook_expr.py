def colour(req):
    assert req.phase == "expr"
    return req.headers_in.get("Colour", "none")


def upper(req, text):
    return text.upper()


def answer(req, kind):
    return {"true": True, "false": False, "none": None, "number": 12}[kind]


def is_magic(req, word):
    return word == "abracadabra"


def words(req, kind):
    assert kind == "first"
    return ["one", "two"]


def broken(req, word=None):
    raise RuntimeError("no value")


def none(req, word):
    return None


def show(req):
    first = req.subprocess_env.get("FIRST")
    try:
        req.expr("pyhook('pyhook_expr:colour') == 'red'")
    except ValueError as problem:
        return f"first={first} {problem}\n"
    return "an expression of Python's own may name code\n"
