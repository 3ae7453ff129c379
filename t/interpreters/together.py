"""Exercises for extension modules in two interpreters at once.

Each exercise gives the same text for the same number wherever it runs, unless interpreters disturb one another.

    python3 together.py [library]             names the exercises
    python3 together.py EXERCISE NUMBER …     prints the right texts
"""

from __future__ import annotations

import contextvars as contexts
import hashlib
import sys
import threading
from collections.abc import Callable
from typing import Any

ROUNDS = 8

exercises: dict[str, Callable[[int], object]] = {}
library: list[str] = []  # the exercises of the standard library


def exercise(function: Callable[[int], object]) -> Callable[[int], object]:
    exercises[function.__name__.strip("_")] = function
    return function


# The standard library


@exercise
def array(number: int) -> object:
    from array import array

    made = array("d", range(number))
    made.append(number / 7)
    return made.tobytes().hex(), array("u", "\N{EURO SIGN}" * number).tounicode()


@exercise
def ast(number: int) -> object:
    import ast

    tree = ast.parse(f"def f(a, *, b={number}):\n    return [x async for x in a if x > b]" if number < 0 else f"x = {number} + y")
    return ast.dump(tree), type(tree).__mro__[-2].__name__, isinstance(tree, ast.AST)


@exercise
def asyncio(number: int) -> object:
    import asyncio

    async def half(value: int) -> tuple[int, bool]:
        await asyncio.sleep(0)
        return value // 2, asyncio.get_running_loop() is asyncio.get_event_loop()

    async def whole() -> list[tuple[int, bool]]:
        queue: asyncio.Queue[int] = asyncio.Queue()
        await queue.put(number)
        task = asyncio.create_task(half(await queue.get()))
        return [await task, *await asyncio.gather(half(number), half(number + 2))]

    async def cancelled() -> list[object]:
        seen: list[object] = []

        async def waiting() -> None:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                seen.append("cancelled")
                raise

        task = asyncio.create_task(waiting(), name=f"waiting {number}")
        await asyncio.sleep(0)
        seen.append(sorted(each is task for each in asyncio.all_tasks()))
        try:
            await asyncio.wait_for(task, 0.001)
        except asyncio.TimeoutError:
            seen.append("late")
        return seen

    return asyncio.run(whole()), asyncio.run(cancelled())


@exercise
def bisect_heapq(number: int) -> object:
    import bisect
    import heapq

    found = bisect.bisect(list(range(100)), number)
    return found, heapq.nsmallest(3, [number, -number, number * 2, 5])


@exercise
def bz2_lzma_zlib(number: int) -> object:
    import bz2
    import lzma
    import zlib

    text = str(number).encode() * 200
    return [each.decompress(each.compress(text)) == text for each in (bz2, lzma, zlib)], zlib.crc32(text)


@exercise
def codecs(number: int) -> object:
    text = "".join(chr(0x3042 + step % 40) for step in range(number % 50 + 1))
    return [text.encode(name).decode(name) == text for name in ("shift_jis", "euc_jp", "iso2022_jp", "gb18030")]


@exercise
def contextvars(number: int) -> object:
    import contextvars

    variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=-1)
    token = variable.set(number)
    inner = contextvars.copy_context().run(lambda: (variable.set(number + 1), variable.get())[1])
    seen = variable.get()
    variable.reset(token)
    return inner, seen, variable.get()


@exercise
def csv(number: int) -> object:
    import csv
    import io

    csv.register_dialect(f"dialect{number}", delimiter="|")
    file = io.StringIO()
    csv.writer(file, f"dialect{number}").writerow([number, "a|b", None])
    return file.getvalue(), next(csv.reader([file.getvalue().strip()], f"dialect{number}"))


@exercise
def ctypes(number: int) -> object:
    import ctypes

    class Pair(ctypes.Structure):
        _fields_ = [("first", ctypes.c_int), ("second", ctypes.c_double)]

    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
    values = (ctypes.c_int * 5)(*(number * step % 11 for step in (3, 5, 7, 8, 9)))
    ctypes.CDLL(None).qsort(values, 5, ctypes.sizeof(ctypes.c_int), kind(lambda a, b: a[0] - b[0]))
    return list(values), Pair(number, 0.5).first, ctypes.sizeof(Pair)


@exercise
def datetime(number: int) -> object:
    import datetime

    moment = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(hours=number)
    parsed = datetime.datetime.strptime(f"2024-02-{number % 28 + 1:02d}", "%Y-%m-%d")
    limits = datetime.datetime.max, datetime.date.min, datetime.timedelta.resolution, datetime.timezone.utc
    return moment.isoformat(), parsed, [repr(each) for each in limits], moment.strftime("%A %d %B")


@exercise
def decimal(number: int) -> object:
    import decimal

    context = decimal.getcontext()
    context.prec = number % 40 + 5
    third = decimal.Decimal(1) / 3
    with decimal.localcontext() as local:
        local.prec = number % 7 + 1
        seventh = decimal.Decimal(1) / 7
    return str(third), str(seventh), str(decimal.Decimal("19.99") * number), decimal.getcontext().prec


@exercise
def elementtree(number: int) -> object:
    import xml.etree.ElementTree as tree

    try:
        tree.fromstring("<a><b></a>")
    except tree.ParseError as error:
        wrong = str(error)
    root = tree.fromstring(f"<a n='{number}'>" + "<b>x</b>" * (number % 20) + "</a>")
    return len(root.findall("b")), root.get("n"), tree.tostring(root), wrong


@exercise
def functools(number: int) -> object:
    import functools
    import itertools
    import operator

    cached = functools.lru_cache(functools.partial(operator.add, number))
    return cached(1), cached(1), cached.cache_info(), list(itertools.accumulate(range(number % 20), operator.mul))


@exercise
def hashlib_(number: int) -> object:
    names = ("md5", "sha1", "sha256", "sha3_256", "blake2b", "blake2s")
    digests = [hashlib.new(name, str(number).encode()).hexdigest() for name in names]
    return digests, hashlib.pbkdf2_hmac("sha256", b"secret", str(number).encode(), 10).hex()


@exercise
def io(number: int) -> object:
    import io
    import tempfile

    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        file.write(f"\N{EURO SIGN}{number}\n" * 3)
        file.seek(0)
        lines = file.readlines()
    try:
        io.BytesIO().fileno()
    except io.UnsupportedOperation as error:
        wrong = repr(error)
    return lines, wrong


@exercise
def json(number: int) -> object:
    import json

    try:
        json.loads("{")
    except json.JSONDecodeError as error:
        wrong = str(error)
    return json.loads(json.dumps({"number": number, "list": [None, 1.5, "\N{EURO SIGN}"]})), wrong


@exercise
def locale_re_unicodedata(number: int) -> object:
    import re
    import unicodedata

    name = unicodedata.name(chr(0x20AC + number % 5))
    return name, unicodedata.lookup(name), re.sub(r"(?i)([A-Z]+) sign", r"<\1>", name), eval(r'"\N{EURO SIGN}"')


@exercise
def math(number: int) -> object:
    import cmath
    import math
    import statistics

    values = [math.comb(number % 30, 3), math.isqrt(number), cmath.polar(complex(number, 1))]
    return values, statistics.NormalDist(number, 2).inv_cdf(0.3)


@exercise
def mmap(number: int) -> object:
    import mmap

    with mmap.mmap(-1, 4096) as memory:
        memory.write(str(number).encode())
        return memory.find(str(number).encode()), memory[:4]


@exercise
def pickle(number: int) -> object:
    import copy
    import datetime
    import decimal
    import pickle

    kept = {"number": number, "moment": datetime.datetime(2024, 1, 1), "price": decimal.Decimal(number)}
    try:
        pickle.loads(b"broken")
    except pickle.UnpicklingError as error:
        wrong = type(error).__name__
    return pickle.loads(pickle.dumps(kept)) == kept, copy.deepcopy(kept) == kept, wrong


@exercise
def queue(number: int) -> object:
    import queue

    line: queue.SimpleQueue[int] = queue.SimpleQueue()
    line.put(number)
    try:
        line.get(), line.get_nowait()
    except queue.Empty as error:
        return type(error).__module__, type(error).__name__, line.qsize()


@exercise
def random(number: int) -> object:
    import random

    return [random.Random(number).random(), random.Random(number).gauss(0, 1)]


@exercise
def socket_select(number: int) -> object:
    import select
    import socket

    here, there = socket.socketpair()
    with here, there:
        there.sendall(str(number).encode())
        ready = select.select([here], [], [], 5)[0]
        here.settimeout(0.001)
        received = ready[0].recv(100)
        try:
            here.recv(1)
        except TimeoutError as error:
            return received, str(error), type(error) is socket.timeout


@exercise
def sqlite3(number: int) -> object:
    import datetime
    import sqlite3

    connection = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES)
    connection.row_factory = sqlite3.Row
    connection.create_function("twice", 1, lambda value: value * 2)
    connection.execute("CREATE TABLE t (n INTEGER, d date)")
    connection.execute("INSERT INTO t VALUES (?, ?)", (number, datetime.date(2024, 1, 1).isoformat()))
    row = connection.execute("SELECT twice(n) AS n, d FROM t").fetchone()
    try:
        connection.execute("SELECT wrong")
    except sqlite3.OperationalError as error:
        wrong = str(error)
    connection.close()
    return row["n"], str(row["d"]), wrong


@exercise
def ssl(number: int) -> object:
    import ssl

    context = ssl.create_default_context()
    context.set_ciphers("ECDHE+AESGCM")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata="wrong")
    except ssl.SSLError as error:
        wrong = type(error).__name__
    incoming = ssl.MemoryBIO()
    incoming.write(str(number).encode())
    return context.verify_mode, len(context.get_ciphers()) > 0, incoming.read(), wrong


@exercise
def struct(number: int) -> object:
    import struct

    try:
        struct.pack("B", -1)
    except struct.error as error:
        wrong = str(error)
    return struct.unpack("<Id", struct.pack("<Id", number, number / 3)), wrong


@exercise
def subprocess(number: int) -> object:
    import subprocess

    return subprocess.run(["/bin/echo", str(number)], capture_output=True, check=True).stdout


@exercise
def threading_(number: int) -> object:
    from concurrent.futures import ThreadPoolExecutor

    local = threading.local()

    def squared(value: int) -> int:
        local.value = value * value
        return local.value

    with ThreadPoolExecutor(2) as executor:
        return list(executor.map(squared, range(number % 20)))


@exercise
def time(number: int) -> object:
    import time

    return time.strftime("%Y-%m-%d %H", time.gmtime(number * 3600)), time.strptime(f"{number % 24:02d}", "%H").tm_hour


@exercise
def uuid(number: int) -> object:
    import uuid

    return uuid.uuid5(uuid.NAMESPACE_URL, str(number)).hex, uuid.uuid4().version


@exercise
def weakref(number: int) -> object:
    import gc
    import weakref

    class Held:
        pass

    seen: list[int] = []
    held = Held()
    weakref.finalize(held, seen.append, number)
    watcher = weakref.ref(held)
    del held
    gc.collect(0)
    return seen, watcher() is None


@exercise
def xml_sax(number: int) -> object:
    import xml.sax

    class Names(xml.sax.ContentHandler):
        names: list[str]

        def startElement(self, name: str, attributes: Any) -> None:
            self.names.append(name)

    handler = Names()
    handler.names = []
    xml.sax.parseString(f"<a><b{number}/></a>".encode(), handler)
    return handler.names


@exercise
def zoneinfo(number: int) -> object:
    import datetime
    import zoneinfo

    zone = zoneinfo.ZoneInfo(("Europe/Berlin", "America/New_York", "Asia/Tokyo")[number % 3])
    moment = datetime.datetime(2024, number % 12 + 1, 1, tzinfo=zone)
    return moment.isoformat(), zone.key, moment.astimezone(zoneinfo.ZoneInfo("UTC")).isoformat()


library.extend(exercises)

# The distribution's packages


@exercise
def bcrypt(number: int) -> object:
    import bcrypt

    hashed = bcrypt.hashpw(str(number).encode(), b"$2b$04$abcdefghijklmnopqrstuu")
    return hashed, bcrypt.checkpw(str(number).encode(), hashed)


@exercise
def brotli(number: int) -> object:
    import brotli

    return brotli.decompress(brotli.compress(str(number).encode() * 100))


@exercise
def bson(number: int) -> object:
    import datetime

    import bson

    return bson.decode(bson.encode({"number": number, "moment": datetime.datetime(2024, 1, 1)}))


@exercise
def cffi(number: int) -> object:
    import cffi

    interface = cffi.FFI()
    interface.cdef("int abs(int); typedef struct { int first; double second; } pair;")
    pair = interface.new("pair *", {"first": number, "second": 0.5})
    called = interface.callback("int(int)", lambda value: value + 1)
    return interface.dlopen(None).abs(-number), pair.first, called(number)


@exercise
def cryptography(number: int) -> object:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher = AESGCM(bytes(16))
    key = ec.derive_private_key(number + 1, ec.SECP256R1())
    key.public_key().verify(key.sign(b"text", ec.ECDSA(hashes.SHA256())), b"text", ec.ECDSA(hashes.SHA256()))
    return cipher.decrypt(bytes(12), cipher.encrypt(bytes(12), str(number).encode(), b""), b"")


@exercise
def gevent(number: int) -> object:
    import gevent

    jobs = [gevent.spawn(lambda value=value: gevent.sleep(0) or value * number) for value in range(3)]
    gevent.joinall(jobs)
    return [job.value for job in jobs]


@exercise
def greenlet(number: int) -> object:
    import greenlet

    inner = greenlet.greenlet(lambda value: greenlet.getcurrent().parent.switch(value + 1) * 2)
    return inner.switch(number), inner.switch(number)


@exercise
def lxml(number: int) -> object:
    from lxml import etree

    try:
        etree.fromstring("<a><b></a>")
    except etree.XMLSyntaxError as error:
        wrong = type(error).__name__
    root = etree.fromstring(f"<a><b>{number}</b></a>")
    sheet = etree.XSLT(
        etree.XML(
            "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>"
            "<xsl:template match='/'><c><xsl:value-of select='//b + 1'/></c></xsl:template></xsl:stylesheet>"
        )
    )
    return root.xpath("string(//b)"), str(sheet(root)), wrong


@exercise
def markupsafe(number: int) -> object:
    import markupsafe

    return str(markupsafe.escape(f"<{number}>")), str(markupsafe.Markup("<b>%s</b>") % "<")


@exercise
def msgpack(number: int) -> object:
    import msgpack

    return msgpack.unpackb(msgpack.packb({"number": number, "list": [1.5, None]}))


@exercise
def multidict(number: int) -> object:
    import multidict

    return list(multidict.CIMultiDict([("A", str(number)), ("a", "2")]).getall("a"))


@exercise
def nacl(number: int) -> object:
    from nacl.secret import SecretBox

    box = SecretBox(bytes(32))
    return box.decrypt(box.encrypt(str(number).encode(), bytes(24)))


@exercise
def numpy(number: int) -> object:
    import numpy

    with numpy.errstate(all="ignore"):
        divided = (numpy.arange(4.0) / 0).tolist()
    return numpy.linalg.det(numpy.eye(3) * number).item(), str(divided), numpy.float32(number).dtype.name


@exercise
def pandas(number: int) -> object:
    import pandas

    frame = pandas.DataFrame({"n": range(number % 20 + 1), "d": pandas.Timestamp("2024-01-01")})
    return int(frame["n"].sum()), frame["d"].dt.strftime("%d %b").iloc[0]


@exercise
def PIL(number: int) -> object:
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (8, 8), (number % 256, 0, 0)).resize((4, 4)).save(file, "PNG")
    return Image.open(io.BytesIO(file.getvalue())).getpixel((1, 1))


@exercise
def protobuf(number: int) -> object:
    from google.protobuf import struct_pb2

    made = struct_pb2.Struct()
    made.update({"number": number})
    return struct_pb2.Struct.FromString(made.SerializeToString())["number"]


@exercise
def psutil(number: int) -> object:
    import psutil

    return psutil.Process().is_running(), psutil.virtual_memory().total > number


@exercise
def psycopg2(number: int) -> object:
    import psycopg2
    from psycopg2.extensions import adapt

    try:
        psycopg2.connect("host=/nowhere dbname=x")
    except psycopg2.OperationalError as error:
        wrong = type(error).__name__
    return adapt(number).getquoted(), adapt("it's").getquoted(), wrong


@exercise
def regex(number: int) -> object:
    import regex

    return regex.findall(r"\p{Lu}(?:x){e<=1}", f"Ax By Cx {number}"), regex.fullmatch(r"\d+", str(number)).group()


@exercise
def simplejson(number: int) -> object:
    import decimal

    import simplejson

    return simplejson.loads(simplejson.dumps({"price": decimal.Decimal("1.10"), "n": number}), use_decimal=True)


@exercise
def ujson(number: int) -> object:
    import ujson

    return ujson.loads(ujson.dumps({"number": number, "text": "\N{EURO SIGN}"}))


@exercise
def yaml(number: int) -> object:
    import yaml

    loader, dumper = (getattr(yaml, f"CSafe{each}", getattr(yaml, f"Safe{each}")) for each in ("Loader", "Dumper"))
    return yaml.load(f"a: [{number}, 2024-01-01]", Loader=loader), yaml.dump({"b": number}, Dumper=dumper)


@exercise
def zmq(number: int) -> object:
    import zmq

    with zmq.Context() as context, context.socket(zmq.PAIR) as here, context.socket(zmq.PAIR) as there:
        here.bind("inproc://here")
        there.connect("inproc://here")
        there.send(str(number).encode())
        return here.recv()


def digest(name: str, number: int) -> str:
    """The digest of an exercise's texts for a row of numbers."""
    results = [repr(exercises[name](number + step)) for step in range(ROUNDS)]
    return hashlib.md5("\n".join(results).encode()).hexdigest()


def in_thread(name: str, number: int) -> str:
    """The same in a thread that the application starts."""
    results: list[str] = []
    thread = threading.Thread(target=lambda: results.append(told(digest, name, number)))
    thread.start()
    thread.join()
    return results[0]


def in_context(name: str, number: int) -> str:
    """The same in its own context, as a WSGI application is called."""
    return contexts.copy_context().run(digest, name, number)


def told(way: Callable[[str, int], str], name: str, number: int) -> str:
    try:
        return way(name, number)
    except BaseException as error:
        return f"{type(error).__name__}: {error}".partition("\n")[0]


ways = {"plainly": digest, "in_context": in_context, "in_thread": in_thread}


def run(req: Any) -> str:
    """`/…?EXERCISE&NUMBER&WAY`: the digest."""
    name, number, way = req.args.split("&")
    sys.setswitchinterval(0.0005)
    return told(ways[way], name, int(number)) + "\n"


if __name__ == "__main__":
    name, *numbers = sys.argv[1:] or [""]
    if numbers:
        print("\n".join(digest(name, int(number)) for number in numbers))
    else:
        print("\n".join(library if name == "library" else exercises))
