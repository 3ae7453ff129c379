// Chromium for tests: `launch` starts it with a new profile, `quit` ends it.

import {mkdtempSync, rmSync} from "node:fs";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import {join} from "node:path";

const SWITCHES = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const DESK = {width: 1280, height: 900};

// `modules` is the directory with playwright-core.
export async function launch(modules) {
    const {chromium} = createRequire(join(modules, "/"))("playwright-core");
    const profile = mkdtempSync(join(tmpdir(), "pyhook-browser."));
    const browser = await chromium.launchPersistentContext(profile, {
        executablePath: "/usr/bin/chromium", args: SWITCHES, viewport: DESK, timeout: 120_000,
    });
    browser.setDefaultTimeout(60_000);
    const quit = async () => {
        await browser.close();
        rmSync(profile, {recursive: true, force: true});
    };
    return {browser, quit};
}
