GROUPS = {"staff": {"ann", "ben"}, "board": {"ann"}, "guests": {"cyd"}}
AGES = {"ann": 40, "ben": 12}


def people(req, user, password):
    return password == "pw"


def in_group(req, args):
    assert req.phase == "authz_provider"
    return req.user in GROUPS[args]


def of_age(req, least):
    assert isinstance(least, int)
    return AGES.get(req.user, 0) >= least


def number(args):
    return int(args)


class Roles:
    def __init__(self):
        self.parsed = 0

    def parse_require_line(self, args):
        self.parsed += 1
        return args.split()

    def check_authorization(self, req, roles):
        assert roles == ["editor", "author"]
        return req.user == "ann" and self.parsed == 1


def from_network(req, args):
    return req.useragent_ip.startswith(args)


def is_banned(req, args):
    assert args == ""
    return req.user == "cyd"


def strange(req, args):
    if args == "raise":
        raise RuntimeError("who knows")
    return {"nothing": None, "one": 1}[args]


def show(req):
    return f"{req.user}\n"
