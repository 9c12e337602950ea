// Between D3 and this machine: Draft against Live, the script to paste, and what the image offers.
import * as vscode from "vscode";
import { call } from "./cli";
import { choose, chooseCommand, folderOf } from "./projects";
import type { Server } from "./server";
import { mayRun } from "./trust";

/** The script as last submitted, against the one that is being worked on. */
export async function compare(server: Server, uri: vscode.Uri | undefined): Promise<void> {
  const project = (await mayRun()) ? await choose(server, uri) : undefined;
  if (project === undefined) {
    return;
  }
  if (project.script === null || project.liveScript === null) {
    void vscode.window.showWarningMessage(
      "d3.json names no `liveScript`. Save the script as last submitted beside the other one, and name it there.",
    );
    return;
  }
  const [live, draft] = [vscode.Uri.parse(project.liveScript), vscode.Uri.parse(project.script)];
  await vscode.commands.executeCommand("vscode.diff", live, draft, `${project.name ?? "Script"}: Live \u2194 Draft`);
}

/** `d3ls export PATH [COMMAND]`: what to paste and what to enter in D3's forms, as a document. */
export async function exportProject(server: Server, uri: vscode.Uri | undefined): Promise<void> {
  const project = (await mayRun()) ? await choose(server, uri) : undefined;
  if (project?.manifest == null) {
    return;
  }
  const command = project.kind === "utility" ? await chooseCommand(project) : undefined;
  if (project.kind === "utility" && command === undefined) {
    return;
  }
  const manifest = vscode.Uri.parse(project.manifest);
  const args = ["export", manifest.fsPath, ...(command === undefined ? [] : [command.internalName])];
  if (!(await showPrinted(await call(server, args, folderOf(manifest)), "plaintext"))) {
    return;
  }
  const copy = "Copy Script";
  const message = "This is what to enter in D3's forms. The script, alone and ready to paste, is at its end.";
  void vscode.window.showInformationMessage(message, copy).then(async (chosen) => {
    const script = chosen === copy ? await call(server, [...args, "--script"], folderOf(manifest)) : undefined;
    if (script !== undefined) {
      await vscode.env.clipboard.writeText(script);
    }
  });
}

/** `d3ls image probe`: a script to run once inside D3. */
export async function probe(server: Server): Promise<void> {
  if (!(await mayRun())) {
    return;
  }
  const shown = await showPrinted(await call(server, ["image", "probe"], somewhere()), "python");
  if (shown) {
    void vscode.window.showInformationMessage(
      "Run this once as a custom command inside D3, copy what it returns, and then choose `D3: Image Import`.",
    );
  }
}

/** `d3ls image import FILE`: what the probe returned becomes the profile of this workspace. */
export async function importImage(server: Server): Promise<void> {
  if (!(await mayRun())) {
    return;
  }
  const clipboard = { label: "$(clippy) From the clipboard", isFile: false };
  const file = { label: "$(file) From a file...", isFile: true };
  const chosen = await vscode.window.showQuickPick([clipboard, file], { placeHolder: "Where is what the probe returned?" });
  if (chosen === undefined) {
    return;
  }
  const source = chosen.isFile ? { file: await pickFile() } : { file: "-", text: await clipboardText() };
  if (source.file === undefined || source.text === "") {
    return;
  }
  const said = await call(server, ["image", "import", source.file], somewhere(), source.text);
  if (said !== undefined) {
    server.output.info(said.trimEnd());
    void vscode.window.showInformationMessage(said.trim().split("\n")[0] || "The image's profile is imported.");
  }
}

async function pickFile(): Promise<string | undefined> {
  return (await vscode.window.showOpenDialog({ openLabel: "Import" }))?.[0]?.fsPath;
}

/** What is in the clipboard; says so if that is nothing. */
async function clipboardText(): Promise<string> {
  const text = (await vscode.env.clipboard.readText()).trim();
  if (text === "") {
    void vscode.window.showWarningMessage("The clipboard holds no text. Copy what the probe returned first.");
  }
  return text;
}

/** Where calls are made that belong to no project. */
function somewhere(): vscode.Uri {
  return vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(process.cwd());
}

/** Shows what a call printed as an unsaved document. */
async function showPrinted(said: string | undefined, language: string): Promise<boolean> {
  if (said === undefined) {
    return false;
  }
  const document = await vscode.workspace.openTextDocument({ content: said, language });
  await vscode.window.showTextDocument(document);
  return true;
}
