// The OpenAPI page: node openapi.mjs URL. It shows the application's operations, and "Try it out" calls one of them.

import assert from "node:assert/strict";

import {launch} from "../../lib/browser.mjs";

const {browser, quit} = await launch(process.env.PYHOOK_NODE_MODULES);
try {
    const page = await browser.newPage();
    const hosts = new Set(), complaints = [];
    page.on("request", request => request.url().startsWith("data:") || hosts.add(new URL(request.url()).origin));
    page.on("pageerror", error => complaints.push(String(error)));
    await page.goto(process.argv[2]);
    await page.getByRole("heading", {name: "The store"}).waitFor();
    const put = page.locator(".opblock-put");
    await put.locator(".opblock-summary").click();
    await put.getByRole("button", {name: "Try it out"}).click();
    await put.getByPlaceholder("number").fill("9");
    await put.locator("textarea").fill('{"name": "chair", "price": 30}');
    await put.getByRole("button", {name: "Execute", exact: true}).click();
    await put.locator(".live-responses-table .response-col_status").filter({hasText: "201"}).waitFor();
    await put.locator(".live-responses-table").filter({hasText: '"chair"'}).waitFor();
    const item = await page.evaluate(() => fetch("/items/9").then(answer => answer.json()));
    assert.deepEqual(item, {name: "chair", price: 30});
    assert.deepEqual(complaints, []);
    assert.deepEqual([...hosts], [new URL(process.argv[2]).origin], "nothing comes from elsewhere");
} finally {
    await quit();
}
