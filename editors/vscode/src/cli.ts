// Calls of the `d3ls` program for what is no language feature.
import { execFile } from "node:child_process";
import * as vscode from "vscode";
import type { Server } from "./server";

/** No command of d3ls that is called here takes longer, in milliseconds. */
const PATIENCE = 60_000;
const MOST_OUTPUT = 64 * 1024 * 1024;

/** What a call printed; nothing if it failed, and then the user has been told why. It reads `input`. */
export async function call(server: Server, args: string[], folder: vscode.Uri, input = ""): Promise<string | undefined> {
  const binary = server.binary;
  if (binary === undefined) {
    await server.restart();
    return undefined;
  }
  server.output.info(`${binary.path} ${args.join(" ")}`);
  const [said, problem] = await new Promise<[string, string | undefined]>((resolve) => {
    const options = { cwd: folder.fsPath, timeout: PATIENCE, maxBuffer: MOST_OUTPUT, windowsHide: true };
    const child = execFile(binary.path, args, options, (failure, stdout, stderr) => {
      if (stderr.trim() !== "") {
        server.output.info(stderr.trimEnd());
      }
      resolve([stdout, failure === null ? undefined : stderr.trim() || failure.message]);
    });
    // A program that ends before it has read its input is not the failure to tell of.
    child.stdin?.on("error", () => {}).end(input);
  });
  if (problem === undefined) {
    return said;
  }
  const [replace, show] = ["Replace", "Show Output"];
  const canReplace = problem.includes("`--force`") && !args.includes("--force");
  const chosen = await vscode.window.showErrorMessage(problem.replace(/^error: /, ""), ...(canReplace ? [replace, show] : [show]));
  if (chosen === replace) {
    return call(server, [...args, "--force"], folder, input);
  }
  if (chosen === show) {
    server.output.show();
  }
  return undefined;
}
