"""The users who may log in by a form."""


class Members:
    def __init__(self):
        self.asked = 0

    def check_password(self, req, user, password):
        if user == "raise":
            raise RuntimeError("no idea")
        if user not in ("ann", "ben"):
            return None
        return password == f"{user}'s secret"


def page(req):
    return f"{req.uri} {req.user}\n"
