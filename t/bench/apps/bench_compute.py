"""About 2 ms of pure Python."""


def work() -> int:
    total = 0
    for number in range(16_000):
        total += number * number
    return total
