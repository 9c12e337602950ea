// Without a program, with a wrong one, and in a workspace that is not trusted: one message, and nothing goes round in circles.
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { Editor, write } from "./editor.mjs";
import { assert, inOrder, Window } from "./page.mjs";
import { workspace } from "./workspace.mjs";

/** Programs that are no d3ls, by what they do. Each counts its calls. */
const PROGRAMS = {
  other: "echo something else",
  old: "echo d3ls 0.0.9",
  failing: "exit 3",
  crashing: 'if [ "$1" = --version ]; then echo d3ls 99.0.0; else exit 1; fi',
};

export async function withoutProgram({ codeServer, vsix, settings, screenshots }) {
  const passed = [];
  const failed = [];
  const editor = await Editor.start({ codeServer, vsix, env: { PATH: "/usr/bin:/bin" } });
  try {
    const binary = path.join(editor.extension("d3ls"), "bin/d3ls");
    rmSync(binary);
    for (const [name, test] of Object.entries(tests)) {
      const folder = workspace(settings);
      const program = path.join(folder, "..", "program");
      const calls = path.join(folder, "..", "calls");
      const [kind] = name.split(":");
      if (kind in PROGRAMS) {
        write(program, `#!/bin/sh\necho "$1" >>${calls}\n${PROGRAMS[kind]}\n`, 0o755);
      }
      const named = kind === "none" ? {} : { "d3ls.path": program };
      write(path.join(folder, ".vscode/settings.json"), JSON.stringify({ ...settings, ...named }));
      const page = await editor.open(folder);
      const window = new Window(page, screenshots);
      await window.ready();
      window.calls = () => (existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : []);
      window.program = program;
      const outcome = await inOrder({ [name]: test }, window);
      passed.push(...outcome.passed);
      failed.push(...outcome.failed);
      await page.context().close();
    }
  } finally {
    await editor.stop();
  }
  return { passed, failed };
}

const tests = {
  async "none: says how to get it"(window) {
    await window.file("faulty/script.py");
    const shown = await window.onlyNotification("There is no d3ls on this machine");
    await window.picture("vscode-no-program");
    await shown.getByRole("button", { name: "How to Get d3ls" }).click();
    await window.page.locator(".tab.active", { hasText: "INSTALL.md" }).waitFor();
  },

  async "missing: names the setting"(window) {
    await window.file("faulty/script.py");
    await window.onlyNotification(/There is no program .*\/program\. The setting d3ls\.path names it\./);
  },

  async "other: says that it is another program"(window) {
    await window.file("faulty/script.py");
    await window.onlyNotification(/program is not d3ls\. The setting d3ls\.path names it\./);
    await window.picture("vscode-wrong-program");
    assert.deepEqual(window.calls(), ["--version"]);
  },

  async "old: says which version it needs"(window) {
    await window.file("faulty/script.py");
    await window.onlyNotification(/is d3ls 0\.0\.9, and this extension needs 0\.\d+\.\d+ or later/);
  },

  async "failing: says that it does not run"(window) {
    await window.file("faulty/script.py");
    await window.onlyNotification(/does not run here: Command failed/);
  },

  async "crashing: gives up after a few starts"(window) {
    await window.file("faulty/script.py");
    const shown = await window.onlyNotification("The d3ls server did not start");
    assert.ok(window.calls().filter((call) => call === "server").length <= 4, `the calls are ${window.calls()}`);
    await shown.getByRole("button", { name: "Show Output" }).waitFor();
  },
};
