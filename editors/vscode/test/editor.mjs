// VS Code's own server, with one extension installed from its package, and a browser to look at it with.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";

/** How long anything in the browser may take, in milliseconds. The machine may be busy. */
export const PATIENCE = 60_000;

export class Editor {
  /** Starts the server; `vsix` is the package to install, if any. */
  static async start({ codeServer, vsix, trusted = true, env = {} }) {
    const home = mkdtempSync(path.join(tmpdir(), "d3ls-vscode-"));
    const main = path.join(codeServer, "lib/vscode/out/server-main.js");
    const folders = ["--server-data-dir", path.join(home, "data"), "--extensions-dir", path.join(home, "extensions")];
    // A user's permissions hold: root is not stopped by any, unless it gives that up.
    const privileges = ["-dac_override,-dac_read_search"].flatMap((all) => ["--bounding-set", all, "--inh-caps", all]);
    const command = process.getuid() === 0 ? ["setpriv", ...privileges, process.execPath] : [process.execPath];
    const environment = { ...process.env, HOME: home, ...env };
    mkdirSync(path.join(home, "extensions"));
    if (vsix !== undefined) {
      const installed = spawnSync(process.execPath, [main, ...folders, "--accept-server-license-terms", "--install-extension", vsix], {
        env: environment,
        encoding: "utf8",
      });
      if (installed.status !== 0 || !installed.stdout.includes("was successfully installed")) {
        throw new Error(`the package was not installed:\n${installed.stdout}${installed.stderr}`);
      }
    }
    const port = await freePort();
    const server = spawn(
      command[0],
      [
        ...command.slice(1),
        main,
        ...folders,
        ...["--host", "127.0.0.1", "--port", String(port), "--without-connection-token", "--accept-server-license-terms"],
        ...["--telemetry-level", "off", "--enable-smoke-test-driver"],
        ...(trusted ? ["--disable-workspace-trust"] : []),
      ],
      { env: environment, detached: true, stdio: ["ignore", "pipe", "pipe"] },
    );
    let log = "";
    await new Promise((resolve, reject) => {
      const read = (chunk) => {
        log += chunk;
        if (log.includes("Extension host agent listening")) {
          resolve();
        }
      };
      server.stdout.on("data", read);
      server.stderr.on("data", read);
      server.on("exit", () => reject(new Error(`VS Code's server ended:\n${log}`)));
    });
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
    return new Editor(home, server, browser, `127.0.0.1:${port}`);
  }

  constructor(home, server, browser, host) {
    Object.assign(this, { home, server, browser, host });
  }

  /**
   * The address of a folder; `payload` goes to the workbench. The settings that switch the welcome page off can come too
   * late, and the page takes the focus when it opens.
   */
  address(folder, payload = []) {
    const query = new URLSearchParams({ folder, payload: JSON.stringify([["skipWelcome", "true"], ...payload]) });
    return `http://${this.host}/?${query}`;
  }

  /** The folder that an extension was installed into. */
  extension(name) {
    const folder = path.join(this.home, "extensions");
    return path.join(folder, readdirSync(folder).find((entry) => entry.startsWith(`${name}.`)));
  }

  /** A page that shows a folder. */
  async open(folder, { payload = [], prepare } = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await prepare?.(page);
    await page.goto(this.address(folder, payload));
    return page;
  }

  async stop() {
    await this.browser.close();
    // Extension hosts and language servers outlive the browser; they are of the server's process group.
    const ended = new Promise((resolve) => this.server.on("exit", resolve));
    process.kill(-this.server.pid, "SIGKILL");
    await ended;
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A file with its folders. */
export function write(file, text, mode) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text, mode === undefined ? {} : { mode });
}
