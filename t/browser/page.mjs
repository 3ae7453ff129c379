// The demo's page, seen and used: node page.mjs URL, with a folder for the results in BROWSER_RESULTS.

import assert from "node:assert/strict";
import {join} from "node:path";
import {after, afterEach, before, beforeEach, test} from "node:test";

import {launch} from "../lib/browser.mjs";

const SITE = process.argv[2];
const DESK = {width: 1280, height: 900};
const PHONE = {width: 360, height: 740};
let browser, quit, page;
// What the console and the network complain of. A try that is to be refused says so in `refused`.
let complaints, refused, hosts;

before(async () => {
    ({browser, quit} = await launch(join(process.env.BROWSER_RESULTS, "node_modules")));
});

after(() => quit?.());

beforeEach(async () => {
    [complaints, refused, hosts] = [[], [], new Set()];
    page = await browser.newPage();
    page.on("console", message => {
        const {url} = message.location();
        const expected = refused.some(path => url === new URL(path, SITE).href);
        if (["error", "warning"].includes(message.type()) && !expected) complaints.push(`${message.text()} (${url})`);
    });
    page.on("pageerror", error => complaints.push(String(error)));
    page.on("request", request => hosts.add(new URL(request.url()).origin));
    await page.goto(SITE);
    await page.locator("#timeline svg").waitFor();
});

afterEach(async () => {
    await page.close();
    assert.deepEqual(complaints, [], "nothing to complain of");
    assert.deepEqual([...hosts], [new URL(SITE).origin], "nothing comes from elsewhere");
});

const press = (section, name) => page.locator(section).getByRole("button", {name, exact: true}).click();
const answer = (section, text) => page.locator(`${section} .answer`).filter({hasText: text}).waitFor();

for (const [name, status, phases] of [
    ["a static file", "200", ["map_to_storage", "handler", "first byte", "last byte", "log_transaction"]],
    ["one behind a login", "200", ["check_authn", "check_authz", "handler"]],
    ["a filtered file", "200", ["fixups", "first byte"]],
    ["a Python handler", "200", ["handler", "last byte"]],
    ["a WSGI application", "200", ["handler", "last byte"]],
    ["one that fails", "404", ["insert_error_filter", "error page", "log_transaction"]],
]) {
    test(`the way of a request: ${name}`, async () => {
        if (status === "404") refused = ["/nowhere"];
        const url = await page.locator("#timeline").getByRole("button", {name}).getAttribute("data-url");
        await press("#timeline", name);
        await page.locator("#timeline figcaption").filter({hasText: `${status} GET ${url} HTTP/1.1`}).waitFor();
        const drawn = await page.locator("#timeline svg .phase").allTextContents();
        assert.deepEqual(phases.filter(phase => !drawn.includes(phase)), []);
        const durations = await page.locator("#timeline svg .duration").allTextContents();
        assert.ok(durations.slice(0, -1).every(duration => /^\d+(\.\d+)? ms$/.test(duration)), durations.join());
        assert.ok(durations.some(duration => parseFloat(duration) > 0), "the server measured something");
    });
}

test("the login", async () => {
    refused = ["/private/"];
    for (const [user, password, status] of [["ada", "engine", "200"], ["ada", "wrong", "401"], ["ben", "kite", "403"], ["eve", "", "401"]]) {
        await page.getByLabel("User").fill(user);
        await page.getByLabel("Password").fill(password);
        await press("#login", "Ask for /private/");
        await answer("#login", new RegExp(`^${status} GET /private/.*check_authn \\d`));
        if (status === "200") await answer("#login", "Index of /private");
        await page.locator("#login .answer").evaluate(output => output.replaceChildren());
    }
});

test("the filter is switched on and off", async () => {
    const banner = page.frameLocator("#filter iframe").getByText("Served by Python");
    const letter = page.frameLocator("#filter iframe").getByRole("heading", {name: "A letter"});
    const measured = page.locator("#filter .measure");
    const turn = () => page.getByRole("switch").click();
    await letter.waitFor();
    await measured.filter({hasText: /^\d+ bytes$/}).waitFor();
    const untouched = parseInt(await measured.textContent());
    assert.equal(await banner.count(), 0);
    await turn();
    await banner.waitFor();
    await measured.filter({hasNotText: `${untouched} bytes`}).waitFor();
    assert.ok(parseInt(await measured.textContent()) > untouched, "the filtered page is longer");
    await turn();
    await banner.waitFor({state: "detached"});
    await letter.waitFor();
    await measured.filter({hasText: `${untouched} bytes`}).waitFor();
});

test("what is counted in all children comes over the event stream", async () => {
    const total = page.locator("#shared .total b");
    await page.locator("#shared .watcher").filter({hasText: /child \d+/}).waitFor();
    const before = Number(await total.textContent());
    await press("#shared", "Count one");
    await total.filter({hasText: new RegExp(`^${before + 1}$`)}).waitFor();
    await press("#shared", "Count twenty at once");
    await total.filter({hasText: new RegExp(`^${before + 21}$`)}).waitFor();
    const each = await page.locator("#shared .children b").allTextContents();
    assert.equal(each.reduce((sum, number) => sum + Number(number), 0), before + 21, "the children's own numbers are the whole");
});

test("the WSGI application", async () => {
    await press("#wsgi", "a page");
    await answer("#wsgi", "Hello from WSGI at /wsgi");
    await press("#wsgi", "a stream");
    await answer("#wsgi", /1\s2\s3\s4\s5/);
    await press("#wsgi", "the environ");
    await answer("#wsgi", "wsgi.version=(1, 0)");
    await page.getByLabel("Body").fill("Grüße <b>");
    await press("#wsgi", "post it");
    await answer("#wsgi", "Grüße <b>");
});

test("the ASGI application", async () => {
    await press("#asgi", "Send it");
    await page.locator("#asgi .talk .received").filter({hasText: /^stressed desserts$/}).waitFor();
    await page.getByLabel("Message").fill("<b>ab");
    await press("#asgi", "Send it");
    await page.locator("#asgi .talk .received").filter({hasText: "ba>b<"}).waitFor();
    await press("#asgi", "a page, step by step");
    await answer("#asgi", "step 2 of /asgi/");
    assert.ok(!(await page.locator("#asgi .answer").textContent()).includes("step 5"), "the page is shown as it comes");
    await answer("#asgi", "step 5 of /asgi/");
});

test("addresses that lead elsewhere", async () => {
    refused = ["/go/nowhere"];
    await press("#rewriting", "/go/handlers");
    await answer("#rewriting", "→ /docs/handlers.html");
    await press("#rewriting", "/go/nowhere");
    await answer("#rewriting", /^404 /);
    await press("#rewriting", "/manual/apache2-bin/…");
    await answer("#rewriting", /^200 .*Apache/s);
});

test("a header that an expression computes", async () => {
    for (const [language, greeting] of [["it", "Buongiorno"], ["de-AT", "Guten Tag"], ["tlh, fr;q=0.5", "Bonjour"]]) {
        await press("#expressions", language);
        await answer("#expressions", `X-Greeting: ${greeting}`);
    }
});

test("an exception", async () => {
    refused = ["/error"];
    await press("#error", "/error?3,4,8");
    await answer("#error", /^200 .*5\.0/s);
    await press("#error", "/error");
    await answer("#error", /^500 .*ZeroDivisionError/s);
    await page.locator("#error").getByRole("link", {name: "a page"}).click();
    await page.getByRole("heading", {name: "ZeroDivisionError"}).waitFor();
    const value = page.getByRole("cell", {name: "(hidden)", exact: true}).first();
    assert.ok(!(await value.isVisible()), "values are folded");
    await page.getByText(/^Locals/).last().click();
    await value.waitFor();
    const text = page.getByLabel("The page as text");
    assert.ok(!(await text.isVisible()), "the text is folded");
    await page.getByRole("button", {name: "Copy as text"}).click();
    await page.getByRole("button", {name: "Copied"}).waitFor();
    assert.match(await text.inputValue(), /^PYHOOK0005: handler site_error:average .*PyHookHandler site_error:average in .*httpd\.conf:\d+\nGET \/error HTTP/s);
    for (const colorScheme of ["light", "dark"])
        for (const [place, viewport] of [["desk", DESK], ["phone", PHONE]]) {
            await page.emulateMedia({colorScheme});
            await page.setViewportSize(viewport);
            const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
            assert.equal(ground.every(part => part > 128), colorScheme === "light");
            assert.deepEqual(await page.evaluate(contrasts), []);
            const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
            assert.equal(widths[0], widths[1], "nothing is wider than the window");
            await page.screenshot({path: join(process.env.BROWSER_RESULTS, `error-${colorScheme}-${place}.png`), fullPage: true});
        }
});

test("the log", async () => {
    await press("#log", "the last five lines");
    await answer("#log", '"request": "GET ');
});

test("every listing is what its file says", async () => {
    const listings = await page.locator(".listing").allTextContents();
    assert.ok(listings.length >= 22, `${listings.length} listings`);
    assert.ok(listings.every(listing => listing.length > 60), "none is empty");
    assert.ok(listings.some(listing => listing.includes("async def watch(req: Request) -> AsyncIterator[str]:")));
    assert.equal(await page.getByText("an error occurred while processing this directive").count(), 0);
});

// Relative luminance and contrast, as WCAG 2.2 defines them.
const contrasts = () => {
    const luminance = colour => {
        const [r, g, b] = colour.match(/[\d.]+/g).map(part => part / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = element => {
        const colour = getComputedStyle(element).backgroundColor;
        return colour === "rgba(0, 0, 0, 0)" ? ground(element.parentElement) : colour;
    };
    const texts = [...document.querySelectorAll("p, a, h1, h2, button, label, figcaption, pre, pre span, .legend li")];
    return texts.map(element => {
        const [light, dark] = [getComputedStyle(element).color, ground(element)].map(luminance).sort((a, b) => b - a);
        return [(light + 0.05) / (dark + 0.05), `${element.tagName} ${element.className} ${element.textContent.slice(0, 30)}`];
    }).filter(([contrast]) => contrast < 4.5);
};

for (const colorScheme of ["light", "dark"]) {
    for (const [place, viewport] of [["desk", DESK], ["phone", PHONE]]) {
        test(`${colorScheme}, on a ${place}`, async () => {
            await page.emulateMedia({colorScheme});
            await page.setViewportSize(viewport);
            await press("#login", "Ask for /private/");
            await answer("#login", /^200/);
            await press("#shared", "Count twenty at once");
            await press("#wsgi", "a stream");
            await answer("#wsgi", "5");
            await press("#asgi", "Send it");
            await page.locator("#asgi .received").waitFor();
            const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
            assert.equal(ground.every(part => part > 128), colorScheme === "light");
            assert.deepEqual(await page.evaluate(contrasts), []);
            const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
            assert.equal(widths[0], widths[1], "nothing is wider than the window");
            await page.waitForFunction(width => {
                const svg = document.querySelector("#timeline svg");
                return svg.getBoundingClientRect().right <= width;
            }, viewport.width);
            await page.screenshot({path: join(process.env.BROWSER_RESULTS, `${colorScheme}-${place}.png`), fullPage: true});
        });
    }
}
