// Which project, and which of its commands, the user means.
import * as vscode from "vscode";
import type { Command, Project } from "./protocol";
import type { Server } from "./server";

/** The document that the user looks at, if it can belong to a project. */
export function activeDocument(): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  const isOurs = document !== undefined && (document.languageId === "python" || isManifest(document.uri));
  return isOurs && document.uri.scheme === "file" ? document.uri : undefined;
}

export function isManifest(uri: vscode.Uri): boolean {
  return uri.path.endsWith("/d3.json");
}

/** The project of `uri`, of the active document, or of a manifest that the user picks. Says why there is none. */
export async function choose(server: Server, uri: vscode.Uri | undefined): Promise<Project | undefined> {
  const start = uri ?? activeDocument();
  const found = start === undefined ? undefined : await server.project(start);
  if (found !== undefined && found.manifest !== null) {
    return found;
  }
  if (uri === undefined) {
    const manifest = await pickManifest();
    return manifest === undefined ? undefined : server.project(manifest);
  }
  void vscode.window.showWarningMessage(
    `No d3.json names ${vscode.workspace.asRelativePath(uri)}. \`D3: Create Manifest from Script\` writes one.`,
  );
  return undefined;
}

async function pickManifest(): Promise<vscode.Uri | undefined> {
  const manifests = await vscode.workspace.findFiles("**/d3.json", "**/node_modules/**", 500);
  if (manifests.length === 0) {
    void vscode.window.showWarningMessage(
      "There is no d3.json in this workspace. `D3: Create Manifest from Script` or `D3: New Integration` writes one.",
    );
    return undefined;
  }
  const items = manifests
    .map((manifest) => ({ label: vscode.workspace.asRelativePath(manifest), manifest }))
    .sort((one, other) => one.label.localeCompare(other.label));
  const [only] = items;
  if (items.length === 1 && only !== undefined) {
    return only.manifest;
  }
  return (await vscode.window.showQuickPick(items, { placeHolder: "Which project?" }))?.manifest;
}

/** One of the project's commands; the one of that name comes first. */
export async function chooseCommand(project: Project, first?: string): Promise<Command | undefined> {
  if (project.commands.length === 0) {
    void vscode.window.showWarningMessage(`${project.name ?? "The project"} has no command. \`D3: New Command\` adds one.`);
    return undefined;
  }
  const items = project.commands.map((command) => ({
    label: command.displayName ?? command.internalName,
    description: command.internalName,
    detail: command.inputs.map((input) => input.parameterName + (input.required ? "" : "?")).join(", "),
    command,
  }));
  items.sort((one, other) => Number(other.command.internalName === first) - Number(one.command.internalName === first));
  const placeHolder = `Which command of ${project.name ?? "this project"}?`;
  return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.command;
}

/** The folder of a manifest or a script. */
export function folderOf(uri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(uri, "..");
}
