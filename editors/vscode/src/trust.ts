// What an untrusted workspace must not do: start programs on what it holds.
import * as vscode from "vscode";

/** Whether programs may be started; if not, says so. */
export async function mayRun(): Promise<boolean> {
  if (vscode.workspace.isTrusted) {
    return true;
  }
  const manage = "Manage Workspace Trust";
  const message = "d3ls starts no program in a workspace that is not trusted: a run would execute its scripts.";
  if ((await vscode.window.showWarningMessage(message, manage)) === manage) {
    await vscode.commands.executeCommand("workbench.trust.manage");
  }
  return false;
}
