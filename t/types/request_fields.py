from pyhook import Request


def count(req: Request) -> str:
    return "x" * 1234


def tell(req: Request) -> None:
    req.log(f"final: {req.method} {req.status} {req.bytes_sent} {req.phase} {req.header_only} {req.range}")
