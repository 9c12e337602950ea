// The status bar item: the Python and the image in use. Also what of this is known to menus.
import * as vscode from "vscode";
import { activeDocument } from "./projects";
import type { Project } from "./protocol";
import type { Server } from "./server";

export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("d3ls.status", vscode.StatusBarAlignment.Right, 90);
  private readonly disposables: vscode.Disposable[];
  /** The newest question; the answer to an older one is dropped. */
  private asked = 0;

  constructor(private readonly server: Server) {
    this.item.name = "D3";
    this.item.command = "d3ls.status";
    const update = () => void this.update();
    this.disposables = [
      this.item,
      server.onDidChange(update),
      vscode.window.onDidChangeActiveTextEditor(update),
      vscode.workspace.onDidSaveTextDocument(update),
      vscode.workspace.onDidGrantWorkspaceTrust(update),
    ];
  }

  dispose(): void {
    this.disposables.forEach((disposable) => disposable.dispose());
  }

  /** What the item leads to. */
  async choose(): Promise<void> {
    const items = [
      { label: "$(play) Run Command...", command: "d3ls.runCommand" },
      { label: "$(beaker) Run All Tests", command: "d3ls.runTests" },
      { label: "$(settings-gear) Choose the Python that runs commands", command: "workbench.action.openSettings", argument: "d3ls.python" },
      { label: "$(package) Image Probe: Script to Run inside D3", command: "d3ls.imageProbe" },
      { label: "$(cloud-download) Image Import...", command: "d3ls.imageImport" },
      { label: "$(refresh) Restart Server", command: "d3ls.restart" },
      { label: "$(output) Show Output", command: "d3ls.showOutput" },
    ];
    const chosen = await vscode.window.showQuickPick(items, { placeHolder: this.line() });
    if (chosen !== undefined) {
      await vscode.commands.executeCommand(chosen.command, ...(chosen.argument === undefined ? [] : [chosen.argument]));
    }
  }

  private line(): string {
    const binary = this.server.binary;
    return binary === undefined ? "There is no d3ls" : `d3ls ${binary.version}: ${binary.path}`;
  }

  private async update(): Promise<void> {
    this.asked += 1;
    const own = this.asked;
    const uri = activeDocument();
    const project = uri === undefined ? undefined : await this.server.project(uri).catch(() => undefined);
    if (own !== this.asked) {
      return;
    }
    const isD3 = project !== undefined && (project.manifest !== null || project.kind !== null);
    await vscode.commands.executeCommand("setContext", "d3ls.isD3", isD3);
    if (isD3) {
      this.show(project);
    } else {
      this.item.hide();
    }
  }

  private show(project: Project): void {
    const { python, image } = project;
    this.item.text = python === null ? "$(warning) D3: no Python" : `$(beaker) D3: Python ${python.version}`;
    const told = new vscode.MarkdownString();
    const row = (name: string, value: string) => told.appendMarkdown(`**${name}** `).appendText(value).appendMarkdown("\n\n");
    row("Project", `${project.name ?? "no manifest"}${project.kind === null ? "" : ` (${project.kind})`}`);
    row("Runs on", python === null ? "no Python was found: install Python 3.9, or set d3ls.python" : `Python ${python.version}, ${python.path}`);
    row("Image", image.path ?? "what D3 documents (no profile was imported)");
    row("Python in the image", image.python);
    row("Server", this.line());
    this.item.tooltip = told;
    this.item.show();
  }
}
