// In a folder that can't be written, and with a script that is none of D3's: each command that would write says so once, with
// the next step, and nothing is changed.
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Editor, write } from "./editor.mjs";
import { assert, inOrder, Window } from "./page.mjs";
import { workspace } from "./workspace.mjs";

export async function refused({ codeServer, vsix, settings, screenshots }) {
  const editor = await Editor.start({ codeServer, vsix });
  const passed = [];
  const failed = [];
  const locked = workspace(settings);
  try {
    for (const [folder, tests] of [
      [locked, inLocked],
      [withoutD3(locked, settings), ofNoScript],
    ]) {
      const page = await editor.open(folder);
      const window = new Window(page, screenshots, folder);
      await window.ready();
      if (folder === locked) {
        permit(folder, 0o555);
      }
      const before = content(folder);
      const outcome = await inOrder(tests, window);
      passed.push(...outcome.passed);
      failed.push(...outcome.failed);
      assert.deepEqual(content(folder), before, "something was written");
      await page.context().close();
    }
  } finally {
    permit(locked, 0o755);
    await editor.stop();
  }
  return { passed, failed };
}

/** A folder with one script, which is none of D3's. */
function withoutD3(other, settings) {
  const folder = path.join(mkdtempSync(path.join(tmpdir(), "d3ls-workspace-")), "plain");
  mkdirSync(folder);
  cpSync(path.join(other, "ordinary.py"), path.join(folder, "own/ordinary.py"));
  write(path.join(folder, ".vscode/settings.json"), JSON.stringify(settings));
  return folder;
}

function files(folder) {
  return readdirSync(folder, { recursive: true }).map((name) => path.join(folder, name));
}

/** Lets the owner do with a folder, and all below it, what this mode says. */
function permit(folder, mode) {
  for (const file of [folder, ...files(folder)]) {
    chmodSync(file, mode);
  }
}

/** Every file of a folder with what is in it. */
function content(folder) {
  return Object.fromEntries(files(folder).map((file) => [file, statSync(file).isDirectory() ? "" : readFileSync(file, "utf8")]));
}

/** The only message says this; then it is cleared away. */
async function says(window, text) {
  await window.onlyNotification(text);
  await window.clearNotifications();
}

const PROBE = JSON.stringify({ d3ls: "image probe", version: 1, python: "3.9.12", libraries: [], pb: [] });

async function importFromClipboard(window, text) {
  await window.page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
  await window.command("D3: Image Import...");
  await window.pick("From the clipboard");
}

const FOLDER = "can't be written: permission denied; make its folder writable, or work in a copy of it";
const FILE = "can't be written: the file is read-only; make it writable, or work in a copy of it";

const inLocked = {
  async "locked: a new integration"(window) {
    await window.command("D3: New Integration...");
    await window.answer("Other Product");
    await window.onlyNotification(`OtherProduct ${FOLDER}`);
    await window.picture("vscode-locked");
    await window.clearNotifications();
  },

  async "locked: new utility commands"(window) {
    await window.command("D3: New Utility Commands...");
    await window.answer("Other");
    await says(window, `Other ${FOLDER}`);
  },

  async "locked: a new command"(window) {
    await window.file("acme/script.py");
    await window.command("D3: New Command...");
    await window.pick("A command of your own");
    await window.answer("BlockHost");
    await says(window, `d3.json ${FILE}`);
  },

  async "locked: a copy of a command"(window) {
    await window.command("D3: Clone Command...");
    await window.pick("CheckDevice");
    await window.answer("");
    await says(window, `d3.json ${FILE}`);
  },

  async "locked: a manifest"(window) {
    await window.file("plain/script.py");
    await window.command("D3: Create Manifest from Script");
    await says(window, `d3.json ${FOLDER}`);
  },

  async "locked: an image profile"(window) {
    await importFromClipboard(window, PROBE);
    await says(window, `d3-image.json ${FOLDER}`);
  },

  async "locked: an export writes nothing and works"(window) {
    await window.file("soc/IsInternalAddress.py");
    await window.command("D3: Export for D3's Forms...");
    await window.pick("IsInternalAddress");
    await window.page.locator(".view-line", { hasText: "Command Is Internal Address" }).waitFor();
  },
};

const NO_MANIFEST = "There is no d3.json in this workspace. `D3: Create Manifest from Script` or `D3: New Integration` writes one.";

const ofNoScript = {
  async "no D3 script: a manifest"(window) {
    await window.file("own/ordinary.py");
    await window.command("D3: Create Manifest from Script");
    await says(window, /ordinary\.py: this is no D3 script: .* begin it with `?# d3: integration/);
  },

  async "no D3 script: its final script"(window) {
    await window.command("D3: Show Final Script");
    await says(window, "own/ordinary.py has no final script: it is no D3 script and no integration's manifest.");
  },

  async "no D3 script: a new command, a copy and an export"(window) {
    for (const title of ["D3: New Command...", "D3: Clone Command...", "D3: Export for D3's Forms..."]) {
      await window.command(title);
      await says(window, NO_MANIFEST);
    }
  },

  async "no probe's output: an image profile"(window) {
    await importFromClipboard(window, "something else");
    await says(window, /there is no output of the probe in it; run the script of .* inside D3 and save what it gives/);
  },
};
