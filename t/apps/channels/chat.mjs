// A chat in two pages: node chat.mjs URL. Each shows what the other says, and that it left.

import assert from "node:assert/strict";

import {launch} from "../../lib/browser.mjs";

const {browser, quit} = await launch(process.env.PYHOOK_NODE_MODULES);
try {
    const complaints = [];
    const visit = async name => {
        const page = await browser.newPage();
        page.on("pageerror", error => complaints.push(String(error)));
        await page.goto(new URL(`room/kitchen?as=${name}`, process.argv[2]).href);
        await shows(page, `${name} came`);
        return page;
    };
    const shows = (page, text) => page.locator("#said li").getByText(text, {exact: true}).waitFor();
    const say = async (page, text) => {
        await page.locator("#text").fill(text);
        await page.locator("#text").press("Enter");
    };
    const anna = await visit("anna");
    const ben = await visit("ben");
    await shows(anna, "ben came");
    await say(anna, "hello, ben");
    await shows(ben, "anna: hello, ben");
    const long = "é".repeat(10_000); // long enough for permessage-deflate
    await say(ben, long);
    await shows(anna, `ben: ${long}`);
    await say(ben, "/leave");
    await shows(ben, "closed 4000");
    await shows(anna, "ben left 4000");
    await anna.close();
    assert.deepEqual(complaints, []);
} finally {
    await quit();
}
