"""Shows what FieldStorage makes of a request."""

from hashlib import sha256

from mod_python import apache, util


def handler(req):
    form = util.FieldStorage(req, keep_blank_values=req.headers_in.get("X-Keep") == "1")
    req.write(repr(form.list) + "\n")
    req.write(f"{form.keys()} {form.getfirst('a', 'none')} {form.getlist('a')} {form.get('zz', 'default')} {len(form)}\n")
    if "file" in form:
        file = form["file"]
        req.write(f"{type(file).__name__} {file.filename} {file.type} {sha256(file.file.read()).hexdigest()}\n")
    return apache.OK


def same(req):
    form = util.FieldStorage(req)
    req.write(repr((form["a"] == "é", form["a"] == "é".encode(), form[b"a"].decode() == "é", form["a"].value)))
    form["a"] = "new"
    form.add_field("a", "second")
    req.write(repr(form.getlist("a")))
    del form["a"]
    req.write(repr(("a" in form, bool(form))))
    return apache.OK


def parsed(req):
    req.write(repr(util.parse_qs("a=1&b=%C3%A9+x&a=2&c=&d")) + repr(util.parse_qsl("a=1&c=&d", 1)))
    return apache.OK


def callbacks(req):
    names = []

    def make(name):
        import io

        names.append(name)
        return io.BytesIO()

    form = util.FieldStorage(req, file_callback=make)
    req.write(f"{names} {form['file'].value!r}")
    return apache.OK


def away(req):
    util.redirect(req, req.args, permanent=req.headers_in.get("X-Permanent") == "1")


def late(req):
    req.write("begun")
    try:
        util.redirect(req, "/x")
    except OSError as error:
        req.write(" " + str(error))
    return apache.OK
