"""The page for a browser. It needs no other file, and every text in it is escaped."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from html import escape
from os.path import dirname
from sysconfig import get_path

from .report import Frame, Raised, Report
from .text import as_text

STYLE = """
:root { color-scheme: light dark; --back: light-dark(#fff, #16181d); --text: light-dark(#1c1f26, #e4e6eb);
  --soft: light-dark(#5b6270, #a2a9b8); --line: light-dark(#d8dce3, #343a46); --code: light-dark(#f5f6f8, #1e222a);
  --hit: light-dark(#ffe9e6, #4a211d); --red: light-dark(#b3261e, #ff8a80); }
@supports not (color: light-dark(#000, #fff)) {
  :root { --back: #fff; --text: #1c1f26; --soft: #5b6270; --line: #d8dce3; --code: #f5f6f8; --hit: #ffe9e6; --red: #b3261e; }
  @media (prefers-color-scheme: dark) { :root { --back: #16181d; --text: #e4e6eb; --soft: #a2a9b8; --line: #343a46;
    --code: #1e222a; --hit: #4a211d; --red: #ff8a80; } } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 1.5rem 1rem 4rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { color: var(--red); font-size: 1.4rem; margin: 0 0 .5rem; white-space: pre-wrap; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; white-space: pre-wrap; }
p { margin: .25rem 0; }
.soft { color: var(--soft); }
code, pre, textarea { font: .85rem/1.55 ui-monospace, monospace; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .4rem 0; padding: 0 .75rem; }
summary { cursor: pointer; padding: .4rem 0; }
details details { border: 0; padding: 0; }
pre { background: var(--code); margin: .25rem 0 .5rem; overflow-x: auto; padding: .5rem 0; border-radius: .3rem; overflow-wrap: normal; }
pre span { display: block; padding: 0 .75rem; min-width: max-content; }
pre span.hit { background: var(--hit); }
table { border-collapse: collapse; width: 100%; }
th, td { border-top: 1px solid var(--line); padding: .25rem .75rem .25rem 0; text-align: left; vertical-align: top;
  font: .85rem/1.5 ui-monospace, monospace; white-space: pre-wrap; }
th { font-weight: normal; color: var(--soft); width: 12rem; }
@media (max-width: 40rem) { th { width: 7rem; } }
textarea { width: 100%; height: 16rem; background: var(--code); color: var(--text); border: 1px solid var(--line); }
button { font: inherit; color: inherit; background: var(--code); border: 1px solid var(--line); border-radius: .4rem; padding: .25rem .9rem; }
"""

SCRIPT = """
const text = document.querySelector('textarea');
document.querySelector('button').addEventListener('click', event => {
  text.closest('details').open = true;
  text.select();
  const done = () => { event.target.textContent = 'Copied'; };
  if (navigator.clipboard) navigator.clipboard.writeText(text.value).then(done);
  else if (document.execCommand('copy')) done();
});
"""

OWN_PACKAGE = dirname(dirname(__file__)) + "/"

RELATIONS = {"cause": "Caused by", "context": "While handling", "part": "In the group"}


def as_html(report: Report) -> str:
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '{csp_source(STYLE)}'; script-src '{csp_source(SCRIPT)}'">
<meta name="robots" content="noindex"><title>{escape(report.title.partition(chr(10))[0][:200])}</title><style>{STYLE}</style></head><body>
<header><h1>{escape(report.title)}</h1>
<p>{escape(report.phase)} <code>{escape(report.callable)}</code> in interpreter <code>{escape(report.interpreter)}</code></p>
{"".join(f"<p class=soft>{escape(each.sections)} <code>{escape(each.directive)} {escape(each.words)}</code> — {escape(each.file)}:{each.line}</p>" for each in report.lines)}
<p class=soft>Request {escape(report.id)}</p></header>
<p><button type=button>Copy as text</button></p>
<main>{"".join(map(_exception, report.exceptions)) or _entry(report.entry)}
<h2>Request</h2>{_table(report.request.items())}
<details><summary>Headers</summary>{_table(report.headers)}</details>
<details><summary>As text</summary><textarea readonly aria-label="The page as text">{escape(as_text(report))}</textarea></details>
</main><script>{SCRIPT}</script></body></html>
"""


def csp_source(text: str) -> str:
    """A browser runs no other script and takes no other style, should a text ever come through unescaped."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _exception(raised: Raised) -> str:
    head = f"<h2>{RELATIONS[raised.relation]}: {escape(raised.text)}</h2>" if raised.relation else "<h2>Traceback, the last call at the end</h2>"
    frames = [_frame(frame, is_last=index == len(raised.frames) - 1) for index, frame in enumerate(raised.frames)]
    if raised.left_out:
        frames.insert(len(frames) - 25, f"<p class=soft>{raised.left_out} more calls</p>")
    return head + "".join(frames)


def _entry(entry: str) -> str:
    """What is known where no exception is at hand: of code that could not be loaded."""
    return "<h2>Entry of the error log</h2><pre>" + "".join(f"<span>{escape(line)}</span>" for line in entry.split("\n")) + "</pre>"


def _frame(frame: Frame, is_last: bool) -> str:
    is_open = " open" if is_last or not _is_of_others(frame.file) else ""
    lines = "".join(f'<span{" class=hit" if number == frame.line else ""}>{number:5}  {escape(text)}</span>' for number, text in frame.source)
    source = f"<pre>{lines}</pre>" if lines else "<p class=soft>The source is not there.</p>"
    values = f"<details><summary>Locals ({len(frame.locals)})</summary>{_table(frame.locals.items())}</details>" if frame.locals else ""
    return f"<details{is_open}><summary><code>{escape(frame.function)}</code> <span class=soft>{escape(frame.file)}:{frame.line}</span></summary>{source}{values}</details>"


def _is_of_others(file: str) -> bool:
    return "-packages/" in file or file.startswith(OWN_PACKAGE) or file.startswith(_standard_library())


@cache
def _standard_library() -> str:
    return get_path("stdlib")


def _table(rows: Iterable[tuple[str, str]]) -> str:
    return "<table>" + "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows) + "</table>"
