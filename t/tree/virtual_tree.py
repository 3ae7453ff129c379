"""A tree of files in a dictionary, .htaccess files included."""

import os

from pyhook import virtual

ROOT = "/nowhere/tree"
FILES = {
    "/index.html": "the index\n",
    "/a.txt": "a\n",
    "/docs/.htaccess": "Header set X-Tree docs\n# a comment\nHeader set X-Also \\\n    continued",
    "/docs/b.txt": "b\n",
    "/docs/deep/.htaccess": b"Header set X-Deep yes\n",
    "/docs/deep/c.txt": "c\n",
    "/docs/none/.htaccess": "",
    "/docs/none/d.txt": "d\n",
    "/secret/.htaccess": "Require all denied\n",
    "/secret/plan.txt": "the plan\n",
    "/closed/.htaccess": "Require all denied\n",
    "/closed/e.txt": "e\n",
    "/bad/.htaccess": "Header set\n",
    "/bad/f.txt": "f\n",
    "/forbidden/.htaccess": "PyHookHandler virtual_tree:serve\n",
    "/forbidden/g.txt": "g\n",
    "/options/.htaccess": "Options +Indexes\n",
    "/options/h.txt": "h\n",
    "/long/.htaccess": "Header set X-Long " + "x" * 7000 + "\n",
    "/long/i.txt": "i\n",
}
ODD_HTACCESS = {"number": 5, "true": True, "nul": "a\0b", "list": ["Require all denied"]}
ODD_STAT = {
    "number": 5,
    "true": True,
    "text": "file",
    "fifo": virtual.Stat(0o010644),
    "negative": virtual.Stat(0o100644, -1),
    "mtime": virtual.Stat(0o100644, 1, float("nan")),
    "mode": virtual.Stat("dir"),
}
os_stat = os.stat(__file__)


def stat(req, path):
    assert req.phase == "dirwalk_stat" and path == req.filename
    if path.startswith("/nowhere/odd-stat/"):
        what = path.split("/")[3]
        if what == "raise":
            raise RuntimeError("can't say")
        return os_stat if what == "os" else ODD_STAT[what]
    if path == "/nowhere" or path.startswith("/nowhere/odd"):
        return virtual.directory()
    if path != ROOT and not path.startswith(ROOT + "/"):
        return None
    name = path.removeprefix(ROOT).rstrip("/")
    if name in FILES:
        return virtual.file(len(FILES[name]), 86400.0)
    return virtual.directory() if any(file.startswith(name + "/") for file in FILES) else False


def htaccess(req, directory, name):
    assert req.phase == "open_htaccess" and name == ".htaccess"
    if directory.endswith("/disk/"):
        return {"no": False, "yes": "Header set X-Disk python\n"}.get(req.args)
    if directory.startswith("/nowhere/odd/"):
        what = directory.split("/")[3]
        if what == "raise":
            raise RuntimeError("can't tell")
        return ODD_HTACCESS[what]
    if directory.startswith(ROOT + "/"):
        return FILES.get(directory.removeprefix(ROOT) + name, False)
    return None


def serve(req):
    if req.args == "lookup":
        return str(req.lookup_uri("/tree/secret/plan.txt").status) + "\n"
    return FILES.get(req.filename.removeprefix(ROOT), 404)
