"""An answer that tells whether each of its bytes has come."""


def numbers(environ, start_response):
    size, _, how = environ["QUERY_STRING"].partition("&")
    start_response("200 OK", [("Content-Type", "text/plain")])
    text = "".join(f"{number}\n" for number in range(1, int(size) + 1))[: int(size)].encode()
    for start in range(0, len(text), 50_000):
        yield text[start : start + 50_000]
        if how == "log":
            print("a line between two pieces")
    if how == "raises":
        raise ValueError("raised on purpose")
