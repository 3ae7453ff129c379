// The console, seen and used while a server works: node console.mjs URL PLACE, with a folder for the results in
// BROWSER_RESULTS and playwright-core in PYHOOK_NODE_MODULES. PLACE has the module that the server runs.

import assert from "node:assert/strict";
import {renameSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {after, afterEach, before, beforeEach, test} from "node:test";

import {launch} from "../lib/browser.mjs";

const [SITE, PLACE] = process.argv.slice(2);
const SIZES = [["desk", {width: 1280, height: 900}], ["phone", {width: 360, height: 740}]];
let browser, quit, page, complaints, hosts;

const ask = path => fetch(new URL(path, SITE)).then(answer => answer.text());
const edit = text => {
    writeFileSync(join(PLACE, "watched.py.new"), text);
    renameSync(join(PLACE, "watched.py.new"), join(PLACE, "watched.py"));
};
const module = word => `import threading\n\ngo_on = threading.Event()\n\n
def page(req):
    return "<p>${word}</p>\\n"\n\n
def wait(req):
    go_on.wait(60)
    return "went on\\n"\n\n
def free(req):
    go_on.set()
    return "free\\n"\n\n
def fail(req):
    return 1 / 0\n`;

before(async () => {
    edit(module("first"));
    ({browser, quit} = await launch(process.env.PYHOOK_NODE_MODULES));
});
after(() => quit?.());

beforeEach(async () => {
    [complaints, hosts] = [[], new Set()];
    page = await browser.newPage();
    page.on("console", message => { if (["error", "warning"].includes(message.type())) complaints.push(message.text()); });
    page.on("pageerror", error => complaints.push(String(error)));
    page.on("request", request => { if (!request.url().startsWith("data:")) hosts.add(new URL(request.url()).origin); });
    await page.goto(new URL("/pyhook/", SITE).href);
    await page.locator("#state.live").waitFor();
});

afterEach(async () => {
    await page.close();
    assert.deepEqual(complaints, [], "nothing to complain of");
    assert.deepEqual([...hosts], [new URL(SITE).origin], "nothing comes from elsewhere");
});

test("it draws the requests that come", async () => {
    const tile = page.locator(".tile").filter({hasText: "Calls into Python"});
    const total = async () => Number((await tile.locator("p").textContent()).match(/([\d,]+) in all/)[1].replaceAll(",", ""));
    const calls = await total();
    for (let count = 0; count < 20; ++count) assert.match(await ask("/shop"), /<p>\w+<\/p>/);
    await page.waitForFunction(least => {
        const text = document.querySelector(".tile p").textContent;
        return Number(text.match(/([\d,]+) in all/)[1].replaceAll(",", "")) >= least;
    }, calls + 20);
    await tile.locator("path").waitFor({state: "attached"});
    await page.locator("#latency td").filter({hasText: "watched:page"}).first().waitFor();
    await page.locator("#routes td").filter({hasText: "watched:wait"}).first().waitFor();
    assert.ok(await page.locator("#children tr").count() >= 2);
    await page.locator("#children td").filter({hasText: /main \d+k objects, \d+ modules, shop \d+k objects, \d+ modules/}).first().waitFor();
});

test("a running request has its stack, and an error its traceback", async () => {
    const waiting = ask("/shop/wait?token=abc");
    const running = page.locator("#running details").filter({hasText: "GET /shop/wait?token=(hidden)"});
    await running.locator("summary").click();
    await running.locator("pre").filter({hasText: "go_on.wait(60)"}).waitFor();
    await ask("/shop/free");
    await waiting;
    await running.waitFor({state: "detached"});
    await ask("/shop/fail");
    const failure = page.locator("#recent details").filter({hasText: "ZeroDivisionError: division by zero"}).first();
    await failure.locator("summary").click();
    await failure.locator("pre").filter({hasText: "in fail"}).waitFor();
});

test("an edit shows in the page that it follows, and so does an error", async () => {
    await page.getByLabel("URL of this server").fill("/shop");
    await page.getByRole("button", {name: "Show"}).click();
    const frame = page.frameLocator("#follow iframe");
    await frame.getByText("first").waitFor();
    edit(module("second"));
    await frame.getByText("second").waitFor();
    await page.locator("#reloads td").filter({hasText: "watched.py has been edited"}).first().waitFor();
    edit("def page(req:\n");
    await frame.getByText("SyntaxError").first().waitFor();
    await page.locator("#recent summary").filter({hasText: "SyntaxError"}).first().waitFor();
    edit(module("third"));
    await frame.getByText("third").waitFor();
    complaints = complaints.filter(text => !text.includes("500")); // of the page with the error
});

for (const colorScheme of ["light", "dark"])
    for (const [place, viewport] of SIZES)
        test(`${colorScheme}, on a ${place}`, async () => {
            await page.emulateMedia({colorScheme});
            await page.setViewportSize(viewport);
            await ask("/shop/fail");
            await page.locator("#recent summary").first().click();
            const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
            assert.equal(ground.every(part => part > 128), colorScheme === "light");
            const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
            assert.equal(widths[0], widths[1], "nothing is wider than the window");
            await page.screenshot({path: join(process.env.BROWSER_RESULTS, `console-${colorScheme}-${place}.png`), fullPage: true});
        });

test("Pause keeps it as it is", async () => {
    await page.getByRole("button", {name: "Pause"}).click();
    await page.locator("#state").filter({hasText: "paused"}).waitFor();
    await page.getByRole("button", {name: "Go on"}).click();
    await page.locator("#state.live").waitFor();
});
