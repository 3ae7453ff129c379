// Chromium's own WebSocket: node by_chromium.mjs URL. It offers permessage-deflate by itself.

import assert from "node:assert/strict";

import {launch} from "../../lib/browser.mjs";

const {browser, quit} = await launch(process.env.PYHOOK_NODE_MODULES);
try {
    const page = await browser.newPage();
    await page.goto(process.argv[2]).catch(() => null); // an origin; the page itself does not matter
    const result = await page.evaluate(async url => {
        const socket = new WebSocket(url, ["chat", "talk"]);
        socket.binaryType = "arraybuffer";
        const next = kind => new Promise(resolve => socket.addEventListener(kind, resolve, {once: true}));
        await next("open");
        const found = {protocol: socket.protocol, extensions: socket.extensions, wrong: []};
        for (const size of [0, 1, 125, 126, 65535, 65536, 1_000_000]) {
            for (const message of ["é".repeat(size), new Uint8Array(size).fill(size % 251).buffer]) {
                const heard = next("message");
                socket.send(message);
                const {data} = await heard;
                const same = typeof message === "string" ? data === message
                    : data.byteLength === size && new Uint8Array(data).every(byte => byte === size % 251);
                if (!same) found.wrong.push(size);
            }
        }
        const closed = next("close");
        socket.send("close");
        const end = await closed;
        return {...found, end: [end.wasClean, end.code, end.reason]};
    }, process.argv[2].replace("http", "ws") + "echo");
    assert.deepEqual(result.wrong, []);
    assert.equal(result.protocol, "talk");
    assert.match(result.extensions, /^permessage-deflate/);
    assert.deepEqual(result.end, [true, 4001, "as you wish"]);
} finally {
    await quit();
}
