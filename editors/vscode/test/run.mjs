// node run.mjs CODE_SERVER VSIX PYTHON SCREENSHOTS: all tests of the packaged extension.
import { rmSync } from "node:fs";
import path from "node:path";
import { Editor } from "./editor.mjs";
import { inBrowser } from "./browser.mjs";
import { inHost } from "./host.mjs";
import { withoutProgram } from "./programs.mjs";
import { workspace } from "./workspace.mjs";

const [codeServer, vsix, python, screenshots] = process.argv.slice(2);
const settings = {
  "d3ls.python": python,
  "files.autoSave": "off",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "editor.minimap.enabled": false,
  "window.commandCenter": false,
  "chat.commandCenter.enabled": false,
  "files.exclude": { "**/.vscode": true },
};
const folder = workspace(settings);
const passed = [];
const failed = [];
const add = (outcome) => {
  passed.push(...outcome.passed);
  failed.push(...outcome.failed);
};

const editor = await Editor.start({ codeServer, vsix });
try {
  add(await inHost(editor, folder));
  add(await inBrowser(editor, workspace(settings), screenshots));
} finally {
  await editor.stop();
}
add(await withoutProgram({ codeServer, vsix, settings, screenshots }));
rmSync(path.dirname(folder), { recursive: true, force: true });

console.log(`\n${passed.length} passed, ${failed.length} failed`);
process.exit(failed.length === 0 ? 0 : 1);
