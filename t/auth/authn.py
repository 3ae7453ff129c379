import hashlib

PASSWORDS = {"ann": "secret", "ben": "näh"}


def people(req, user, password):
    assert req.phase == "authn_provider"
    if user not in PASSWORDS:
        return None
    return PASSWORDS[user] == password


def realm_hash(req, user, realm):
    if user not in PASSWORDS:
        return None
    return hashlib.md5(f"{user}:{realm}:{PASSWORDS[user]}".encode()).hexdigest().upper()


class Staff:
    def __init__(self):
        self.asked = 0

    def check_password(self, req, user, password):
        self.asked += 1
        req.headers_out["X-Asked"] = str(self.asked)
        return people(req, user, password)

    def get_realm_hash(self, req, user, realm):
        return realm_hash(req, user, realm)


def stored(req, user, password):
    # htpasswd -nb ann secret
    return {"ann": "$apr1$nU8eRgr0$ugGQzEpZWsGkUDGK50E4B1"}.get(user)


def odd(req, user, password):
    """Return a value that no provider may return, by the user's name."""
    if user == "raise":
        raise RuntimeError("no idea")
    return {"one": 1, "bytes": b"yes", "nul": "a\0b", "list": [True]}[user]


def show(req):
    return f"{req.user} {req.auth_type}\n"
