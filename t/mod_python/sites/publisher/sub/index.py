"""A module of the same name in another directory."""


def index(req):
    return "index of sub"
