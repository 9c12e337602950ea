// Runs host/index.js inside the extension host, by the driver that VS Code has for smoke tests.
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));

/** How long all of it may take, in milliseconds. */
const PATIENCE = 300_000;

/** The names of the tests that passed and of those that failed. */
export async function inHost(editor, folder) {
  const passed = [];
  const failed = [];
  const address = (file) => `vscode-remote://${editor.host}${path.join(here, "host", file)}`;
  const payload = [
    ["extensionDevelopmentPath", address("")],
    ["extensionTestsPath", address("index.js")],
  ];
  let end;
  const status = new Promise((resolve, reject) => {
    end = resolve;
    setTimeout(() => reject(new Error(`the tests in the extension host did not end in ${PATIENCE / 1000} s`)), PATIENCE).unref();
  });
  const page = await editor.open(folder, {
    payload,
    prepare: async (page) => {
      await page.exposeFunction("codeAutomationLog", (_kind, args) => {
        const text = args.join(" ");
        const [, name] = /^ok (.*)/.exec(text) ?? [];
        const [, bad] = /^FAILED (.*)/.exec(text) ?? [];
        if (name !== undefined || bad !== undefined) {
          console.log(`${text}`);
          (bad === undefined ? passed : failed).push(bad ?? name);
        }
      });
      await page.exposeFunction("codeAutomationExit", (code) => end(code));
    },
  });
  const code = await status;
  await page.context().close();
  if (code !== 0 && failed.length === 0) {
    failed.push("the extension host");
  }
  return { passed, failed };
}
