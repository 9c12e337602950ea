// node run.mjs CODE_SERVER VSIX PYTHON SCREENSHOTS [PART...]: the tests of the packaged extension, or these parts of them.
import { Editor } from "./editor.mjs";
import { inBrowser } from "./browser.mjs";
import { inHost } from "./host.mjs";
import { withoutProgram } from "./programs.mjs";
import { refused } from "./refused.mjs";
import { untrusted } from "./untrusted.mjs";
import { workspace } from "./workspace.mjs";

const [codeServer, vsix, python, screenshots, ...wanted] = process.argv.slice(2);
const settings = {
  "d3ls.python": python,
  "files.autoSave": "off",
  "files.exclude": { "**/.vscode": true },
  "editor.minimap.enabled": false,
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "window.commandCenter": false,
  "chat.disableAIFeatures": true,
};

/** With the extension as it is installed, in a workspace that is trusted. */
async function installed(test) {
  const editor = await Editor.start({ codeServer, vsix });
  try {
    return await test(editor, workspace(settings));
  } finally {
    await editor.stop();
  }
}

const parts = {
  host: () => installed(inHost),
  browser: () => installed((editor, folder) => inBrowser(editor, folder, screenshots)),
  refused: () => refused({ codeServer, vsix, settings, screenshots }),
  programs: () => withoutProgram({ codeServer, vsix, settings, screenshots }),
  untrusted: () => untrusted({ codeServer, vsix, settings, screenshots }),
};
const passed = [];
const failed = [];
for (const name of wanted.length > 0 ? wanted : Object.keys(parts)) {
  const outcome = await parts[name]();
  passed.push(...outcome.passed);
  failed.push(...outcome.failed);
}

console.log(`\n${passed.length} passed, ${failed.length} failed`);
process.exit(failed.length === 0 ? 0 : 1);
