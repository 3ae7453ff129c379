"""A device file, /dev/countdown: it gives the numbers from 9 to 0, a line each, one line a read."""


class Countdown:
    def __init__(self) -> None:
        self.lines = [f"{number}\n".encode() for number in range(10)]

    def read(self, size: int) -> bytes:
        line = self.lines.pop() if self.lines else b""
        if len(line) > size:
            self.lines.append(line[size:])
        return line[:size]

    def close(self) -> None:
        self.lines.clear()


def open(path: str, flags: int, mode: int) -> Countdown | None:
    return Countdown() if path == "/dev/countdown" else None


def stat(path: str | int) -> Countdown | None:
    return Countdown() if path == "/dev/countdown" else None
