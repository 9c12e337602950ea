// Commands that write files by the `d3ls` program, and then open what was written.
import * as vscode from "vscode";
import { call } from "./cli";
import { activeDocument, choose, chooseCommand, folderOf } from "./projects";
import type { Server } from "./server";
import { mayRun } from "./trust";

const TEMPLATES = [
  "TestConnection",
  "fetchEvent",
  "fetchIncident",
  "checkIPReputation",
  "checkUrlReputation",
  "checkFileReputation",
  "OnDismissEvent",
  "OnEscalateEvent",
];

/** `d3ls new integration|utility NAME`, in a folder that is given or picked. */
export async function newProject(server: Server, kind: "integration" | "utility", parent: vscode.Uri | undefined): Promise<void> {
  const folder = (await mayRun()) ? (parent ?? (await pickFolder())) : undefined;
  if (folder === undefined) {
    return;
  }
  const prompt = kind === "integration" ? "The integration's name, as D3 will show it" : "The name of this set of utility commands";
  const name = await askName(prompt, "Acme EDR");
  if (name === undefined) {
    return;
  }
  const before = await manifests(folder);
  if ((await call(server, ["new", kind, name], folder)) === undefined) {
    return;
  }
  const made = (await manifests(folder)).find((manifest) => !before.some((known) => known.toString() === manifest.toString()));
  if (made !== undefined) {
    await vscode.window.showTextDocument(made);
  }
}

/** The manifests one level below a folder. */
async function manifests(folder: vscode.Uri): Promise<vscode.Uri[]> {
  const below = await vscode.workspace.fs.readDirectory(folder);
  const candidates = below
    .filter(([, kind]) => (kind & vscode.FileType.Directory) !== 0)
    .map(([name]) => vscode.Uri.joinPath(folder, name, "d3.json"));
  const found = await Promise.all(candidates.map((candidate) => exists(candidate)));
  return candidates.filter((_, place) => found[place]);
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}

/** `d3ls new command NAME`, with a template or without. */
export async function newCommand(server: Server, uri: vscode.Uri | undefined): Promise<void> {
  const project = (await mayRun()) ? await choose(server, uri) : undefined;
  if (project?.manifest == null) {
    return;
  }
  const own = { label: "A command of your own", template: undefined as string | undefined };
  const known = TEMPLATES.map((template) => ({ label: template, description: "D3 calls it by this name", template }));
  const chosen = project.kind === "integration" ? await vscode.window.showQuickPick([own, ...known], { placeHolder: "Which command?" }) : own;
  if (chosen === undefined) {
    return;
  }
  const name = chosen.template ?? (await askName("The command's internal name", "CheckDevice"));
  if (name === undefined || !(await saveAll())) {
    return;
  }
  const manifest = vscode.Uri.parse(project.manifest);
  const template = chosen.template === undefined ? [] : ["--template", chosen.template];
  const said = await call(server, ["new", "command", name, ...template, "--in", folderOf(manifest).fsPath], folderOf(manifest));
  if (said !== undefined) {
    await openCommand(server, manifest, name);
  }
}

/** `d3ls init SCRIPT`. */
export async function init(server: Server, uri: vscode.Uri | undefined): Promise<void> {
  const script = (await mayRun()) ? (uri ?? activeDocument()) : undefined;
  if (script === undefined || !(await saveAll())) {
    return;
  }
  const folder = folderOf(script);
  const said = await call(server, ["init", script.fsPath], folder);
  if (said !== undefined) {
    server.output.info(said.trimEnd());
    await vscode.window.showTextDocument(vscode.Uri.joinPath(folder, "d3.json"));
    const show = "What It Could Not Know";
    const message = "d3.json is written. It holds what the script implies; see to the rest.";
    void vscode.window.showInformationMessage(message, show).then((chosen) => {
      if (chosen === show) {
        server.output.show();
      }
    });
  }
}

/** `d3ls clone PATH COMMAND [NEW]`. */
export async function clone(server: Server, uri: vscode.Uri | undefined): Promise<void> {
  const project = (await mayRun()) ? await choose(server, uri) : undefined;
  const command = project === undefined ? undefined : await chooseCommand(project);
  if (project?.manifest == null || command === undefined) {
    return;
  }
  const options = { prompt: "The copy's internal name; empty for the next free one", placeHolder: `${command.internalName}2` };
  const name = await vscode.window.showInputBox(options);
  if (name === undefined || !(await saveAll())) {
    return;
  }
  const manifest = vscode.Uri.parse(project.manifest);
  const before = await commandNames(manifest);
  const wanted = name.trim() === "" ? [] : [name.trim()];
  if ((await call(server, ["clone", manifest.fsPath, command.internalName, ...wanted], folderOf(manifest))) === undefined) {
    return;
  }
  const made = (await commandNames(manifest)).find((known) => !before.includes(known));
  if (made !== undefined) {
    await openCommand(server, manifest, made);
  }
}

/** The commands of a manifest on the disk, which the server may not have read again yet. */
async function commandNames(manifest: vscode.Uri): Promise<string[]> {
  const bytes = await vscode.workspace.fs.readFile(manifest);
  const { commands } = JSON.parse(new TextDecoder().decode(bytes)) as { commands: { internalName: string }[] };
  return commands.map(({ internalName }) => internalName);
}

/** Opens the script of a command at its function. */
async function openCommand(server: Server, manifest: vscode.Uri, name: string): Promise<void> {
  const project = await server.project(manifest);
  const script = project?.script ?? null;
  const own = vscode.Uri.joinPath(folderOf(manifest), `${name}.py`);
  const file = script !== null ? vscode.Uri.parse(script) : (await exists(own)) ? own : manifest;
  const document = await vscode.workspace.openTextDocument(file);
  await vscode.window.showTextDocument(document);
  // What the program wrote may not have come to the editor yet; there is nothing to lose, since all was saved before.
  await vscode.commands.executeCommand("workbench.action.files.revert");
  const at = new RegExp(`^def ${name}\\b`, "m").exec(document.getText())?.index ?? 0;
  const start = document.positionAt(at);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(start, start) });
}

async function askName(prompt: string, placeHolder: string): Promise<string | undefined> {
  const name = await vscode.window.showInputBox({
    prompt,
    placeHolder,
    validateInput: (text) => (text.trim() === "" || text.startsWith("-") ? "It needs a name" : undefined),
  });
  return name?.trim();
}

async function pickFolder(): Promise<vscode.Uri | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    const picked = await vscode.window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false, openLabel: "Create Here" });
    return picked?.[0];
  }
  return folders.length === 1 ? folders[0]?.uri : (await vscode.window.showWorkspaceFolderPick())?.uri;
}

/** The program reads the disk, so what is in the editors has to be there. */
async function saveAll(): Promise<boolean> {
  const isSaved = await vscode.workspace.saveAll(false);
  if (!isSaved) {
    void vscode.window.showWarningMessage("Nothing was changed, since not all files could be saved.");
  }
  return isSaved;
}
