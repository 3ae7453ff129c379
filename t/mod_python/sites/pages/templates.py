"""Uses pages as templates."""

from mod_python import apache, psp


def handler(req):
    psp.PSP(req, string="<p><%= what %> <%= more %></p>", vars={"more": "1"}).run({"what": "template"})
    return apache.OK


def code(req):
    req.content_type = "text/plain"
    req.write(psp.parsestring('a<% x = 1 %>b<%= x %>'))
    return apache.OK
