"""Handlers of all phases, and handlers that go wrong."""

from mod_python import apache

kept = []


def note(req, word):
    req.seen = getattr(req, "seen", []) + [word]


def initial(req):
    note(req, "init:" + req.phase)
    return apache.OK


def headerparser(req):
    note(req, "headerparser")
    return apache.OK


def accesshandler(req):
    note(req, "access")
    return apache.HTTP_FORBIDDEN if req.args == "forbidden" else apache.OK


def decline(req):
    note(req, "declined")
    return apache.DECLINED


def authenhandler(req):
    password = req.get_basic_auth_pw()
    note(req, "authen")
    return apache.OK if (req.user, password) == ("spam", "eggs") else apache.HTTP_UNAUTHORIZED


def nobody(req):
    return apache.OK


def authzhandler(req):
    note(req, "authz")
    return apache.OK


def never(req):
    note(req, "never")
    return apache.OK


def typehandler(req):
    note(req, "type")
    req.content_type = "text/x-own"
    return apache.OK


def fixuphandler(req):
    note(req, "fixup")
    return apache.OK


def handler(req):
    note(req, "handler")
    req.write(" ".join(req.seen))
    return apache.OK


def second(req):
    req.write(" second:" + req.hlist.handler)
    return apache.OK


def loghandler(req):
    req.log_error("log handler of " + req.uri)
    return apache.OK


def cleanuphandler(req):
    req.log_error("cleanup handler of " + req.uri)
    raise ValueError("in a cleanup")


class Page:
    def __init__(self, req):
        self.uri = req.uri

    def show(self, req):
        req.write("page of " + self.uri)
        return apache.OK


def forgetful(req):
    note(req, "forgetful")


def refuse(req):
    raise apache.SERVER_RETURN(apache.HTTP_GONE)


def end(req):
    req.write("ended")
    raise apache.SERVER_RETURN(apache.DONE)


def explode(req):
    raise ValueError("exploded")


def options(req):
    table = req.get_options()
    req.write(repr(sorted(table.items())))
    return apache.OK


def keep(req):
    if kept:
        try:
            req.write("stale " + kept[0].uri)
        except Exception as error:
            req.write(type(error).__name__)
    else:
        kept.append(req)
        req.write("kept")
    return apache.OK


def add(req):
    req.add_handler("PythonHandler", "phases::second")
    req.add_handler("PythonLogHandler", "phases::loghandler")
    req.write("first")
    return apache.OK


def latin(req):
    req.headers_out["X-Text"] = req.headers_in["X-Text"]
    req.write(ascii(req.args) + " " + ascii(req.headers_in["X-Text"]))
    return apache.OK


def success(req):
    if req.phase == "PythonHandler":
        req.write("made", 0)
    return apache.HTTP_CREATED


def no_status(req):
    return 12345
