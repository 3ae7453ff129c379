"""Filters and what they filter."""

from mod_python import apache


def outputfilter(filter):
    data = filter.read()
    while data:
        filter.write(data.upper())
        data = filter.read()
    if data is None:
        filter.write(f"[{filter.name} {filter.handler} {filter.is_input} {filter.req.uri}]")
        filter.close()


def inputfilter(filter):
    data = filter.read()
    while data:
        filter.write(data.replace(b"a", b"b"))
        data = filter.read()
    if data is None:
        filter.close()


def passing(filter):
    filter.pass_on()


def lines(filter):
    line = filter.readline()
    while line:
        filter.write(b"> " + line)
        line = filter.readline()
    if line is None:
        filter.close()


def failing(filter):
    raise ValueError("in a filter")


def off(filter):
    filter.disable()


def short(filter):
    filter.write(filter.read()[:4])
    filter.close()


def handler(req):
    req.write(req.read() or "some text\nmore text\n")
    return apache.OK


def dynamic(req):
    req.register_output_filter("MINE", "filtering::lines")
    req.register_output_filter("OTHER", "filtering::outputfilter")
    req.add_output_filter("OTHER")
    req.add_output_filter("MINE")
    req.write("dynamic\n")
    return apache.OK
