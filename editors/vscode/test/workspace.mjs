// The folder that the tests open: the repository's fixtures, and two scripts of the tests' own.
import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { write } from "./editor.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const fixtures = path.join(here, "../../../fixtures");

/** A new folder with everything in it. */
export function workspace(settings) {
  const root = path.join(mkdtempSync(path.join(tmpdir(), "d3ls-workspace-")), "d3");
  cpSync(path.join(here, "workspace"), root, { recursive: true });
  cpSync(path.join(fixtures, "acme-edr"), path.join(root, "acme"), { recursive: true });
  cpSync(path.join(fixtures, "utility"), path.join(root, "soc"), { recursive: true });
  // A script as last submitted, from before the draft.
  const script = readFileSync(path.join(root, "acme/script.py"), "utf8");
  write(path.join(root, "acme/live/script.py"), script.replace("timeout=10", "timeout=60"));
  edit(path.join(root, "acme/d3.json"), '"systemScript"', '"liveScript": "live/script.py",\n  "systemScript"');
  // One case that fails: a difference, and one that ends in an exception.
  edit(path.join(root, "acme/tests/CheckDevice-at-risk.json"), '"isolate"', '"watch"');
  write(path.join(root, ".vscode/settings.json"), JSON.stringify(settings, null, 2));
  return root;
}

/** Changes one place of a file, which must be there. */
export function edit(file, before, after) {
  const text = readFileSync(file, "utf8");
  if (!text.includes(before)) {
    throw new Error(`${file} does not hold ${before}`);
  }
  write(file, text.replace(before, after));
}
