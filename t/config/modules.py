"""Asks httpd for values that only a missing module would know."""


def page(req):
    return f"{req.uri} {req.ssl_var('SSL_PROTOCOL')} {req.construct_url('/').partition(':')[0]}\n"


def none(*_):
    return None
