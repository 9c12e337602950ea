// Where the `d3ls` program is, and whether it is the right one.
import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

const NAME = process.platform === "win32" ? "d3ls.exe" : "d3ls";

/** How long a program may take to say its version, in milliseconds. */
const PATIENCE = 10_000;

export interface Binary {
  path: string;
  version: string;
}

/** There is no program that can be used; the message says why and what to do. */
export class NoBinary extends Error {}

/**
 * The program to start: the one of `d3ls.path`, else the extension's own, else the one on `PATH`. A setting that
 * names a wrong program is not passed over in silence.
 */
export async function find(context: vscode.ExtensionContext): Promise<Binary> {
  const wanted = vscode.workspace.getConfiguration("d3ls").get("path", "").trim();
  if (wanted !== "") {
    return check(expand(wanted), "The setting d3ls.path names it");
  }
  const bundled = context.asAbsolutePath(path.join("bin", NAME));
  if (await isFile(bundled)) {
    return check(bundled, "It came with this extension");
  }
  const onPath = await search();
  if (onPath !== undefined) {
    return check(onPath, "It is the first one on PATH");
  }
  throw new NoBinary("There is no d3ls on this machine. Install it and put it on PATH, or name it in the setting d3ls.path.");
}

function expand(wanted: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const whole = wanted.replaceAll("${workspaceFolder}", folder).replace(/^~(?=[/\\]|$)/, os.homedir());
  return path.isAbsolute(whole) ? whole : path.resolve(folder, whole);
}

/** Only absolute folders count: a relative one would let a workspace bring its own program. */
async function search(): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    const candidate = path.join(folder, NAME);
    if (path.isAbsolute(folder) && (await isFile(candidate))) {
      return candidate;
    }
  }
  return undefined;
}

async function isFile(candidate: string): Promise<boolean> {
  return fs.stat(candidate).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** The program at this path, if it is a d3ls that knows what this extension asks for. */
async function check(program: string, origin: string): Promise<Binary> {
  if (!(await isFile(program))) {
    throw new NoBinary(`There is no program ${program}. ${origin}.`);
  }
  const said = await new Promise<string>((resolve, reject) => {
    execFile(program, ["--version"], { timeout: PATIENCE, windowsHide: true }, (problem, stdout) => {
      if (problem !== null) {
        const reason = problem.killed === true ? "it did not say its version" : firstLine(problem.message);
        reject(new NoBinary(`${program} does not run here: ${reason}. ${origin}.`));
      } else {
        resolve(stdout);
      }
    }).stdin?.end();
  });
  const version = /^d3ls (\d+\.\d+\.\d+\S*)\s*$/.exec(said)?.[1];
  if (version === undefined) {
    throw new NoBinary(`${program} is not d3ls. ${origin}.`);
  }
  if (isOlder(version, OLDEST)) {
    throw new NoBinary(`${program} is d3ls ${version}, and this extension needs ${OLDEST} or later. ${origin}.`);
  }
  return { path: program, version };
}

/** The first version that offers what this extension asks for. */
const OLDEST = "0.1.0";

function isOlder(version: string, than: string): boolean {
  const parts = (text: string) => text.split(/[.+-]/).slice(0, 3).map(Number);
  const [has, needs] = [parts(version), parts(than)];
  const differs = needs.findIndex((part, place) => part !== has[place]);
  return differs !== -1 && (has[differs] ?? 0) < (needs[differs] ?? 0);
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? text;
}
