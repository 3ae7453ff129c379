def f(req): return "private"
