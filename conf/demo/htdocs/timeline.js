// A request's way through the phases: asked for with a name, noted by the server (site_timeline.py), drawn as SVG.

const GROUPS = {
    find: ["request read", "post_read_request", "quick_handler", "pre_translate_name", "translate_name",
        "map_to_storage", "post_perdir_config", "header_parser"],
    allow: ["access_checker", "access_checker_ex", "check_authn", "note_auth_failure", "check_authz"],
    log: ["log_transaction"],
};
const ROW = 22;
const NARROWEST = 2;

/** Fetch, and have the server note the times: what came, and a promise of the timeline. `progress` hears what has come so far. */
export async function traced(url, {progress, ...init} = {}) {
    const name = Array.from(crypto.getRandomValues(new Uint8Array(8)), byte => byte.toString(16).padStart(2, "0")).join("");
    const response = await fetch(url, {
        cache: "no-store", credentials: "omit", ...init, headers: {...init.headers, "X-Timeline": name},
    });
    const text = await read(response, progress);
    return {response, text, timeline: async () => (await fetch(`/timeline/${name}`)).json()};
}

async function read(response, progress) {
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (let piece = await reader?.read(); piece && !piece.done; piece = await reader.read()) {
        text += piece.value;
        progress?.({response, text});
    }
    return text;
}

/** The value of a Basic Authorization header (RFC 7617). */
export function basic(user, password) {
    return "Basic " + btoa(String.fromCharCode(...new TextEncoder().encode(`${user}:${password}`)));
}

/** Name, begin and duration of each step, in microseconds. */
export function steps({marks}) {
    return marks.map(([name, begin], at) => ({name, begin, duration: at + 1 < marks.length ? marks[at + 1][1] - begin : 0}));
}

export function milliseconds(microseconds) {
    const value = microseconds / 1000;
    return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ms`;
}

/** An SVG of the steps, as wide as the place it is for, so that its text keeps its size. */
export function drawing(timeline, width) {
    const rows = steps(timeline);
    const total = Math.max(rows.at(-1).begin, 1);
    const left = 142, right = 72;
    const scale = (width - left - right) / total;
    const svg = element("svg", {
        width, height: rows.length * ROW + 4, role: "img",
        "aria-label": rows.map(row => `${row.name}: ${milliseconds(row.duration)}`).join(", "),
    });
    rows.forEach((row, at) => {
        const middle = at * ROW + ROW / 2 + 2;
        const long = Math.max(row.duration * scale, NARROWEST);
        const begin = Math.min(left + row.begin * scale, width - right - long);
        svg.append(
            element("line", {x1: left, x2: width - right, y1: middle, y2: middle, class: "rule"}),
            element("text", {x: 0, y: middle, class: "phase"}, row.name),
            element("rect", {x: begin, y: middle - 6, width: long, height: 12, rx: Math.min(3, long / 2), class: group(row.name)}),
            element("text", {x: width, y: middle, class: "duration"}, row.name === "log_transaction" ? "" : milliseconds(row.duration)),
        );
    });
    return svg;
}

function group(phase) {
    return Object.keys(GROUPS).find(name => GROUPS[name].includes(phase)) ?? "make";
}

function element(name, attributes, text = "") {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    return made;
}
