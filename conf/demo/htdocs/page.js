// What the page tries. Each try is a real request to the server that sent the page.

import {basic, drawing, milliseconds, steps, traced} from "./timeline.js";

const LONGEST = 8000;

function find(selector, within = document) {
    return within.querySelector(selector);
}

/** An element with a class and a text. */
function make(name, className, text) {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
}

// What came back

function show(output, method, url, {response, text}, remark) {
    const line = make("p", "status", "");
    line.append(make("b", response.ok ? "good" : "bad", response.status), ` ${method} ${url}`);
    if (response.redirected) line.append(" → " + new URL(response.url).pathname);
    if (remark) line.append(make("span", "remark", remark));
    output.replaceChildren(line, make("pre", "", readable(response, text)));
}

/** A page of HTML by its title, anything else as it came. */
function readable(response, text) {
    const html = response.headers.get("Content-Type")?.startsWith("text/html");
    // No more than the title is parsed: styles within the page would be against this page's policy.
    const title = html && new DOMParser().parseFromString(text.match(/<title>[^<]*<\/title>/i)?.[0] ?? "", "text/html").title;
    return title ? `the page “${title}”` : text.length > LONGEST ? text.slice(0, LONGEST) + "…" : text;
}

for (const place of document.querySelectorAll("[data-answers]")) {
    place.addEventListener("click", async ({target}) => {
        const {url, method = "GET", body, language} = target.dataset;
        if (!url) return;
        const {shown} = place.dataset;
        const output = find(".answer", place);
        const answer = await traced(url, {
            method,
            progress: soFar => shown || show(output, method, url, soFar),
            headers: language ? {"Accept-Language": language} : {},
            body: body && document.getElementById(body).value,
        });
        if (shown) answer.text = `${shown}: ${answer.response.headers.get(shown)}`;
        show(output, method, url, answer, milliseconds((await answer.timeline()).marks.at(-1)[1]));
    });
}

// The way of a request

const way = find("#timeline");
let drawn = null;

function draw() {
    const place = find(".drawing", way);
    if (drawn) place.replaceChildren(drawing(drawn, place.clientWidth));
}

async function follow(button) {
    for (const each of way.querySelectorAll("button")) each.setAttribute("aria-pressed", each === button);
    const headers = "login" in button.dataset ? {Authorization: basic("ada", "engine")} : {};
    drawn = await (await traced(button.dataset.url, {headers})).timeline();
    find("figcaption", way).replaceChildren(
        make("b", drawn.status < 400 ? "good" : "bad", drawn.status), ` ${drawn.request}`,
        make("span", "remark", `${milliseconds(drawn.marks.at(-1)[1])}, child ${drawn.child}`),
    );
    draw();
}

way.addEventListener("click", ({target}) => target.dataset.url && follow(target));
new ResizeObserver(draw).observe(find(".drawing", way));
follow(find("button", way));

// The login

find("#login form").addEventListener("submit", async event => {
    event.preventDefault();
    const {user, password} = event.target.elements;
    const answer = await traced("/private/", {headers: {Authorization: basic(user.value, password.value)}});
    const check = steps(await answer.timeline()).find(step => step.name === "check_authn");
    show(find("#login .answer"), "GET", "/private/", answer, check && `of which check_authn ${milliseconds(check.duration)}`);
});

// The filter

const filter = find("#filter");

async function load(on) {
    const url = on ? "/letter.html?filter=on" : "/letter.html";
    find(".switch", filter).setAttribute("aria-checked", on);
    find("iframe", filter).src = url;
    const {text} = await traced(url);
    find(".measure", filter).textContent = `${new TextEncoder().encode(text).length} bytes`;
}

find(".switch", filter).addEventListener("click", ({target}) => load(target.getAttribute("aria-checked") === "false"));
load(false);

// The WebSocket, opened with the first message

const socketForm = find("#socket");
const talk = find("#asgi .talk");
let socket = null;

function connected() {
    if (socket?.readyState === WebSocket.OPEN) return Promise.resolve(socket);
    const state = find(".measure", socketForm);
    socket = new WebSocket(`ws${location.protocol.slice(4)}//${location.host}/asgi/socket`);
    socket.addEventListener("message", ({data}) => talk.append(make("li", "received", data)));
    socket.addEventListener("close", () => state.textContent = "closed");
    return new Promise((resolve, reject) => {
        socket.addEventListener("error", reject);
        socket.addEventListener("open", () => {
            state.textContent = "connected";
            resolve(socket);
        });
    });
}

socketForm.addEventListener("submit", async event => {
    event.preventDefault();
    const {value} = socketForm.elements.message;
    (await connected()).send(value);
    talk.append(make("li", "sent", value));
});

// The number

const shared = find("#shared");

shared.addEventListener("click", ({target}) => {
    for (let left = Number(target.dataset.clicks ?? 0); left > 0; left--) fetch("/click", {method: "POST"});
});

new EventSource("/clicks").addEventListener("message", ({data}) => {
    const {total = 0, watcher, ...children} = JSON.parse(data);
    find(".total b", shared).textContent = total;
    find(".watcher", shared).textContent = `told by child ${watcher}`;
    const most = Math.max(1, ...Object.values(children));
    find(".children", shared).replaceChildren(...Object.entries(children).map(([name, number]) => {
        const bar = make("i", "", "");
        bar.style.width = `${number / most * 100}%`;
        const row = make("li", "", "");
        row.append(make("span", "", name), bar, make("b", "", number));
        return row;
    }));
});
