"use strict";
// Every text comes into the page as text (textContent), never as HTML.
const SEEN = 120; // snapshots of a chart
const FEW = 8; // errors, until somebody asks for more
const WINDOW = 60; // seconds of the latency table
const $ = selector => document.querySelector(selector);
const past = []; // the latest snapshots, without what is long
const unfolded = new Set(); // the keys of unfolded details
let paused = false;
let isLong = false; // the list of errors
let loaded = null; // which code the followed page has

function make(name, attributes = {}, ...children) {
    const space = name === "svg" || name === "path" ? "http://www.w3.org/2000/svg" : "http://www.w3.org/1999/xhtml";
    const element = document.createElementNS(space, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
}

const sum = numbers => numbers.reduce((all, number) => all + number, 0);
const round = (number, digits) => number.toLocaleString("en", {maximumFractionDigits: digits});
const rate = number => round(number, number < 10 ? 1 : 0);
const megabytes = bytes => round(bytes / 1e6, 0);
const clock = seconds => new Date(seconds * 1000).toLocaleTimeString([], {hour12: false});
const seconds = value => value < 0.9995 ? `${round(value * 1000, value < 0.001 ? 2 : value < 0.01 ? 1 : 0)} ms` : `${round(value, 1)} s`;
const samples = (data, name) => data.metrics[name]?.samples ?? [];
const total = (data, name, suffix = "") => sum(samples(data, name).filter(([sample]) => sample.endsWith(suffix)).map(([, , value]) => Number(value)).filter(Number.isFinite));

// What a chart needs of a snapshot.
function point(data) {
    return {
        time: data.time,
        calls: total(data, "pyhook_calls"),
        errors: total(data, "pyhook_errors"),
        busy: total(data, "pyhook_threads_busy"),
        suspended: total(data, "pyhook_requests_suspended"),
        sockets: total(data, "pyhook_websockets_open"),
        flight: total(data, "pyhook_requests_in_flight"),
        threads: total(data, "pyhook_threads"),
        memory: sum(data.children.map(child => child.memory)),
        waited: total(data, "pyhook_gil_wait_seconds", "_sum"),
        lag: Math.max(0, ...samples(data, "pyhook_loop_lag_seconds").map(([, , value]) => Number(value) || 0)),
        histograms: histograms(data),
    };
}

// A counter starts anew when the server does.
function rates(name) {
    return past.slice(1).map((now, index) => {
        const before = past[index];
        const passed = now.time - before.time;
        return passed > 0 ? Math.max(0, now[name] - before[name]) / passed : 0;
    });
}
const values = name => past.map(each => each[name]);
const last = list => list.length ? list[list.length - 1] : null;

function chart(list) {
    const width = Math.max(list.length, 30) - 1;
    const svg = make("svg", {viewBox: `0 0 ${width} 30`, preserveAspectRatio: "none", "aria-hidden": "true"});
    if (list.length < 2) return svg;
    const most = Math.max(...list) || 1;
    const left = width - list.length + 1;
    const line = list.map((value, index) => `${left + index},${(28 - 25 * value / most).toFixed(1)}`);
    svg.append(make("path", {d: `M${left - 1},32 L${left - 1},${line[0].split(",")[1]} L${line.join(" L")} L${width + 1},${last(line).split(",")[1]} L${width + 1},32 Z`}));
    return svg;
}

function tile(title, list, show, unit, note, bad = false) {
    const value = last(list);
    return make("div", {class: bad ? "tile bad" : "tile"}, make("h3", {}, title),
        make("b", {}, value === null ? "–" : show(value), make("u", {}, unit)), make("p", {}, note), chart(list.slice(-SEEN)));
}

function drawNow(data) {
    const now = last(past);
    const errors = rates("errors");
    const most = Math.max(0, ...rates("calls"));
    const tiles = [
        tile("Calls into Python", rates("calls"), rate, "per second", `most ${rate(most)}, ${round(now.calls, 0)} in all`),
        tile("Errors", errors, rate, "per second", `${round(now.errors, 0)} in all`, last(errors) > 0),
        tile("Busy threads", values("busy"), rate, `of ${now.threads}`, `${now.flight} open requests`),
        tile("Suspended", values("suspended"), rate, "requests", `${now.sockets} WebSockets`),
        tile("Memory", values("memory"), megabytes, "MB", `${data.children.length} ${data.children.length === 1 ? "child" : "children"}`),
    ];
    if (data.metrics.pyhook_gil_wait_seconds)
        tiles.push(tile("Waiting for the lock", rates("waited"), value => round(value * 1000, 1), "ms per second", "of all threads together"));
    if (data.metrics.pyhook_loop_lag_seconds)
        tiles.push(tile("Loop lag", values("lag"), value => round(value * 1000, 1), "ms", "the slowest event loop", now.lag > 0.5));
    $("#now").replaceChildren(...tiles);
}

// Rows of texts, numbers and elements; a head that begins with "#" is that of numbers.
function table(heads, rows) {
    const isNumber = heads.map(head => head.startsWith("#"));
    const line = (kind, cells) => make("tr", {}, ...cells.map((cell, index) => make(kind, isNumber[index] ? {class: "number"} : {}, cell)));
    return make("table", {}, line("th", heads.map(head => head.replace("#", ""))), ...rows.map(row => line("td", row)));
}
const code = text => make("code", {}, String(text));

function hide(id, isHidden) {
    for (const element of [$(`#${id}`), $(`nav a[href="#${id}"]`)]) element.hidden = isHidden;
}

function fill(id, note, content, empty) {
    const section = $(`#${id}`);
    const box = section.querySelector("div");
    const drawn = make("div", {}, ...(content.length ? content : [make("p", {class: "empty"}, empty)]));
    if (section.querySelector("small").textContent !== note) section.querySelector("small").textContent = note;
    if (box.innerHTML === drawn.innerHTML) return; // what is selected stays selected
    const focused = box.contains(document.activeElement) ? document.activeElement.parentElement.dataset.key : undefined;
    box.replaceChildren(...drawn.childNodes);
    if (focused !== undefined) box.querySelector(`[data-key="${CSS.escape(focused)}"] > summary`)?.focus();
}

function folded(key, head, text) {
    const details = make("details", unfolded.has(key) ? {open: "", "data-key": key} : {"data-key": key}, make("summary", {}, ...head), make("pre", {}, text));
    details.addEventListener("toggle", () => details.open ? unfolded.add(key) : unfolded.delete(key));
    return details;
}

function drawRecent(data) {
    const failures = data.recent.filter(entry => entry.kind === "failure");
    const shown = failures.slice(0, isLong ? failures.length : FEW);
    const more = make("button", {type: "button"}, `${failures.length - shown.length} more`);
    more.addEventListener("click", () => { isLong = true; drawRecent(data); });
    const rows = shown.map(entry => {
        const lines = entry.text.trimEnd().split("\n");
        const what = lines.length > 1 ? lines.findLast(line => /^[\w.]+(:|$)/.test(line)) ?? last(lines) : lines[0];
        return folded(`${entry.pid}.${entry.name}.${entry.number}`, [make("time", {}, clock(entry.time)), make("span", {class: "what error"}, what),
            make("span", {}, entry.method ? code(`${entry.method} ${entry.uri}`) : ""), make("span", {class: "soft"}, [entry.client, entry.pid].filter(Boolean).join(" · "))], entry.text);
    });
    if (shown.length < failures.length) rows.push(more);
    fill("recent", failures.length ? `the latest ${failures.length}` : "", rows, "Nothing has failed in the children that are there.");
    const reloads = data.recent.filter(entry => entry.kind === "reload");
    const times = sum(data.children.map(child => child.reloads));
    fill("reloads", times ? `${times} in the children that are there` : "", reloads.length ? [make("div", {class: "wide"},
        table(["Time", "Child", "Interpreter", "What"], reloads.map(entry => [clock(entry.time), code(entry.pid), code(entry.interpreter), entry.text.replace("PyHookReload: ", "")])))] : [],
    "No edited code was loaded since this page looks.");
}

const placeOf = call => call.task !== undefined ? "task" : call.in_process !== undefined ? `process ${call.process}` : call.in_python ? "in Python" : "in httpd";

function drawRunning(data) {
    const calls = data.children.flatMap(child => child.calls.map(call => ({...call, pid: child.pid})));
    calls.sort((one, other) => other.age - one.age);
    fill("running", calls.length ? `${calls.length}, the oldest first` : "", calls.map(call => folded(`${call.pid}:${call.number ?? `task ${call.task ?? call.in_process}`}`,
        [make("time", {}, seconds(call.age)), make("span", {class: "what"}, code(`${call.method} ${call.uri}`)), make("span", {class: "chip"}, call.phase),
            make("span", {class: "soft"}, `${call.client} · ${call.interpreter} · ${call.pid} · ${placeOf(call)}`)],
        (call.stack ?? []).join("\n") || "The stack could not be seen.")), "No request runs in Python.");
}

// The histograms by their labels other than `le`: cumulative counts by bound, as OpenMetrics has them.
function histograms(data) {
    const found = new Map();
    for (const [name, family] of Object.entries(data.metrics)) {
        if (family.type !== "histogram" || !name.endsWith("seconds")) continue;
        for (const [sample, {le, ...labels}, value] of family.samples) {
            if (!sample.endsWith("_bucket")) continue;
            const key = JSON.stringify([name, labels]);
            if (!found.has(key)) found.set(key, []);
            found.get(key).push([le === "+Inf" ? Infinity : Number(le), Number(value)]);
        }
    }
    for (const buckets of found.values()) buckets.sort(([one], [other]) => one - other);
    return found;
}

const since = (now, before) => now.map(([bound, count], index) => [bound, Math.max(0, count - (before?.[index]?.[1] ?? 0))]);

// As Prometheus computes it: linear inside the bucket.
function percentile(buckets, part) {
    const wanted = part * last(buckets)[1];
    const index = buckets.findIndex(([, count]) => count >= wanted);
    const [low, fewer] = index > 0 ? buckets[index - 1] : [0, 0];
    const [high, count] = buckets[index];
    if (high === Infinity) return low;
    return low + (high - low) * (count > fewer ? (wanted - fewer) / (count - fewer) : 1);
}

function drawLatency() {
    const now = last(past);
    const then = past.find(each => now.time - each.time <= WINDOW) ?? now;
    const rows = [];
    for (const [key, all] of now.histograms) {
        const [name, labels] = JSON.parse(key);
        const recent = then === now ? all : since(all, then.histograms.get(key));
        const shown = last(recent)[1] > 0 ? recent : all;
        if (last(all)[1] > 0) rows.push({name, labels, shown, isOld: shown === all && then !== now, count: last(shown)[1]});
    }
    rows.sort((one, other) => percentile(other.shown, 0.99) - percentile(one.shown, 0.99));
    const most = Math.max(...rows.map(row => percentile(row.shown, 0.99)), 0.001);
    const cells = row => [...labelsOf(row), round(row.count, 0), ...[0.5, 0.9, 0.99].map(part => seconds(percentile(row.shown, part))),
        make("meter", {max: most, value: percentile(row.shown, 0.99), "aria-label": "99th percentile"}), row.isOld ? "since the start" : ""];
    hide("latency", now.histograms.size === 0);
    fill("latency", `of the last minute; a call that took as long as the 99th percentile or longer is one in a hundred`, rows.length ?
        [table(["Phase", "Callable", "Interpreter", "#Calls", "#50 %", "#90 %", "#99 %", "", ""], rows.map(cells))] : [], "No call was measured yet.");
}
const labelsOf = ({name, labels}) => [labels.phase ?? name.replace(/^pyhook_|_seconds$/g, "").replaceAll("_", " "), code(labels.callable ?? ""), code(labels.interpreter ?? "")];

function drawChildren(data) {
    const most = Math.max(...data.children.map(child => child.memory), 1);
    const rows = data.children.map(child => [code(child.pid), megabytes(child.memory), make("meter", {max: most, value: child.memory, "aria-label": "memory"}),
        make("span", {}, ...child.interpreters.flatMap((name, index) => [index ? ", " : "", code(name), sizeOf(child, name)])), String(child.calls.length), String(child.reloads),
        child.silent.length ? make("span", {class: "error"}, `nobody gets the GIL of ${child.silent.join(", ")}`) : ""]);
    rows.push(...(data.children[0]?.processes ?? []).filter(each => each.pid).map(each => [code(each.pid), megabytes(each.memory), make("meter", {max: most, value: each.memory, "aria-label": "memory"}),
        code(each.name), String(each.busy), "", `process, ${each.state}`]));
    rows.push(...data.silent.map(pid => [code(pid), "", "", "", "", "", "does not answer"]));
    fill("children", "", rows.length ? [table(["Process", "#MB", "", "Interpreters", "#Running", "#Reloads", ""], rows)] : [], "No child answers.");
}

// What an interpreter holds: CPython divides no bytes by interpreter.
function sizeOf(child, name) {
    const size = child.sizes.find(each => each.interpreter === name);
    return make("span", {class: "soft"}, size ? ` ${round(size.objects / 1000, 0)}k objects, ${size.modules} modules` : "");
}

const COLUMNS = {calls: "#Calls", errors: "#Errors", requests_in_flight: "#Requests", requests_suspended: "#Suspended", websockets_open: "#WebSockets",
    threads: "#Threads", request_objects: "#Objects", children: "#Children"};

function drawInterpreters(data) {
    const columns = Object.keys(COLUMNS).filter(name => data.metrics[`pyhook_${name}`]);
    const rows = new Map();
    for (const column of columns)
        for (const [, labels, value] of samples(data, `pyhook_${column}`)) {
            if (!rows.has(labels.interpreter)) rows.set(labels.interpreter, {});
            const row = rows.get(labels.interpreter);
            row[column] = (row[column] ?? 0) + Number(value);
        }
    fill("interpreters", "summed over all children", rows.size ? [table(["Name", ...columns.map(name => COLUMNS[name])],
        [...rows].map(([name, row]) => [code(name), ...columns.map(column => round(row[column] ?? 0, 0))]))] : [], "None is known.");
}

function drawRoutes(data) {
    fill("routes", "", data.routes.length ? [table(["Host", "Where", "Phase", "Callable", "Interpreter", "Line"],
        data.routes.map(route => [route.host, code(route.where), route.phase, code(route.callable), code(route.interpreter), make("span", {class: "soft"}, `${route.file}:${route.line}`)]))] : [],
    "The configuration names no callable.");
}

// Those that are not mod_pyhook's: of pyhook.metrics.
function drawMetrics(data) {
    const own = Object.entries(data.metrics).filter(([name]) => !name.startsWith("pyhook_") && !name.startsWith("process_"));
    const rows = own.flatMap(([, family]) => family.samples.filter(([name]) => !name.endsWith("_bucket"))
        .map(([name, labels, value]) => [code(name), Object.entries(labels).map(([key, text]) => `${key}=${text}`).join(" "), typeof value === "number" ? round(value, 3) : value]));
    hide("metrics", rows.length === 0);
    fill("metrics", "of pyhook.metrics", rows.length ? [table(["Name", "Labels", "#Value"], rows)] : [], "");
}

function drawHead(data) {
    $("#server").textContent = `${data.server.version} · Python ${data.server.python} · ${data.server.mpm} · ${data.server.description}`;
    document.title = data.recent.some(entry => entry.kind === "failure" && data.time - entry.time < 10) ? "● mod_pyhook console" : "mod_pyhook console";
}

function show(data) {
    past.push(point(data));
    if (past.length > SEEN + 1) past.shift();
    follow(data);
    if (paused) return;
    tell("live", "live");
    for (const draw of [drawHead, drawNow, drawRecent, drawRunning, drawLatency, drawChildren, drawInterpreters, drawRoutes, drawMetrics]) draw(data);
}

function tell(kind, text) {
    $("#state").className = kind;
    $("#state span").textContent = text;
}

// The followed page loads again when other code serves, or could not be loaded.
function follow(data) {
    const now = JSON.stringify(data.code ?? null);
    const frame = $("#follow iframe");
    if (frame && loaded !== null && loaded !== now) frame.contentWindow.location.reload();
    loaded = now;
}

$("#follow form").addEventListener("submit", event => {
    event.preventDefault();
    const url = new URL(new FormData(event.target).get("url") || "/", location.origin + "/");
    const box = $("#follow div");
    if (url.origin !== location.origin) return box.replaceChildren(make("p", {class: "empty"}, "Only pages of this server can be shown here."));
    box.replaceChildren(make("iframe", {src: url.href, title: "The followed page"}));
});

$("#pause").addEventListener("click", event => {
    paused = !paused;
    event.target.setAttribute("aria-pressed", paused);
    event.target.textContent = paused ? "Go on" : "Pause";
    if (paused) tell("", "paused");
});

for (const section of document.querySelectorAll("main section[id]")) {
    const title = section.querySelector("h2")?.firstChild.textContent.trim();
    if (title) $("nav").append(make("a", {href: `#${section.id}`, ...(section.hidden ? {hidden: ""} : {})}, title));
}

async function poll() {
    try {
        const answer = await fetch("data.json", {cache: "no-store"});
        if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
        show(await answer.json());
    } catch (problem) {
        tell("lost", `no answer: ${problem.message}`);
    }
    setTimeout(poll, 2000);
}

// The server answers 204 where a stream would hold a thread: then the browser gives up, and this page asks instead.
const source = new EventSource("events");
source.addEventListener("message", event => show(JSON.parse(event.data)));
source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) poll();
    else if (!paused) tell("lost", "connecting again");
});
