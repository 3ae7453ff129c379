"""Removes a field in a phase: the header `Forget` says `phase field`."""

from pyhook import DECLINED, Request


def forget(req: Request) -> int:
    phase, field = req.headers_in.get("Forget", "none none").split()
    if phase == req.phase:
        try:
            setattr(req, field, None if field != "uri" else "")
        except (TypeError, ValueError):
            req.log(f"{field} is needed in {phase}")
    return DECLINED
