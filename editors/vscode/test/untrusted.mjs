// In a workspace that is not trusted there are findings, and no program that the workspace names is started.
import { existsSync } from "node:fs";
import path from "node:path";
import { Editor, write } from "./editor.mjs";
import { assert, inOrder, Window } from "./page.mjs";
import { workspace } from "./workspace.mjs";

export async function untrusted({ codeServer, vsix, settings, screenshots }) {
  const folder = workspace(settings);
  const called = path.join(folder, "..", "called");
  const program = path.join(folder, "..", "program");
  write(program, `#!/bin/sh\necho "$0 $*" >>${called}\necho d3ls 99.0.0\n`, 0o755);
  write(path.join(folder, ".vscode/settings.json"), JSON.stringify({ ...settings, "d3ls.path": program, "d3ls.python": program }));
  write(path.join(folder, "d3ls.toml"), `[runner]\npython = "${program}"\n`);
  const editor = await Editor.start({ codeServer, vsix, trusted: false });
  try {
    const page = await editor.open(folder);
    const window = new Window(page, screenshots);
    await page.locator(".statusbar", { hasText: "Restricted Mode" }).waitFor();
    await window.ready();
    const test = async () => {
      await window.file("faulty/script.py");
      await page.locator(".squiggly-error").first().waitFor();
      await page.locator(".codelens-decoration a", { hasText: /^Run$/ }).click();
      await window.notification("d3ls starts no program");
      await window.picture("vscode-untrusted");
      assert.ok(!existsSync(called), "a program that the workspace names was started");
    };
    return await inOrder({ "untrusted: findings, and nothing is started": test }, window);
  } finally {
    await editor.stop();
  }
}
