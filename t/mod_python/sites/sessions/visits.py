"""Counts visits in sessions, and shows what cookies become."""

import time

from mod_python import Cookie, Session, apache


def handler(req):
    session = Session.Session(req, secret=req.get_options().get("secret"))
    session["visits"] = session.get("visits", 0) + 1
    if req.args == "leave":
        session.invalidate()
    elif req.args == "short":
        session.set_timeout(-1)
        session.save()
    else:
        session.save()
    req.write(f"{session['visits'] if 'visits' in session else 'left'} {session.is_new()} {type(session).__name__}")
    return apache.OK


def slow(req):
    """Without the lock of the session, visits would be lost."""
    session = Session.Session(req)
    visits = session.get("visits", 0)
    time.sleep(0.02)
    session["visits"] = visits + 1
    session.save()
    req.write(str(session["visits"]))
    return apache.OK


def busy(req):
    """Lock forty sessions for other requests, then use the session of the cookie, which is one of them if there is one."""
    from mod_python import locks

    known = Cookie.get_cookie(req, "pysid")
    keys = [known.value] if known else range(40)
    taken = [locks.acquired(req.server, locks.place_of(key)) for key in keys]
    try:
        Session.DbmSession(req)
        req.write(f"taken {len(taken)}")
    finally:
        for file in taken:
            file.close()
    return apache.OK


def busy_here(req):
    """Lock the session in memory for another request, then use it."""
    from mod_python import locks

    lock = locks.ProcessLock(Cookie.get_cookie(req, "pysid").value)
    try:
        lock.wait(0)
        Session.MemorySession(req)
        req.write("not waited for")
    finally:
        lock.release()
    return apache.OK


def told_whether_free(req):
    import _apache

    sid = Cookie.get_cookie(req, "pysid").value
    free = _apache._global_trylock(req.server, sid)
    if free:
        _apache._global_unlock(req.server, sid)
    req.log_error(f"the session is {'free' if free else 'held'}")
    return apache.OK


def fixed(req):
    req.write(Session.Session(req, sid=req.args).id())
    return apache.OK


def cookies(req):
    found = Cookie.get_cookies(req)
    Cookie.add_cookie(req, "plain", "v", path="/p", expires=1000000000, max_age=5, secure=1, httponly=1)
    req.write(repr({name: one.value for name, one in found.items()}))
    return apache.OK


def signed(req):
    kind = Cookie.MarshalCookie
    found = Cookie.get_cookie(req, "basket", kind, secret="key")
    if found is None:
        Cookie.add_cookie(req, kind("basket", {"eggs": 32}, "key"))
        req.write("set")
    else:
        req.write(f"{type(found).__name__} {found.value!r}" if type(found) is kind else type(found).__name__)
    return apache.OK


def wrong(req):
    told = []
    for make in (
        lambda: Cookie.Cookie("a", "b", bogus=1),
        lambda: Cookie.Cookie("a", "b", expires="tomorrow"),
        lambda: str(Cookie.SignedCookie("a", "b", "")),
        lambda: Cookie.add_cookie(req, "a", "b\r\nSet-Cookie: c=d"),
    ):
        try:
            make()
        except Exception as error:
            told.append(type(error).__name__)
    req.write(" ".join(told))
    return apache.OK
