// The final script, as a document that can be read and followed back to its files, but not changed.
import * as vscode from "vscode";
import { activeDocument, isManifest } from "./projects";
import type { FinalScript } from "./protocol";
import { Refused, type Server } from "./server";

const SCHEME = "d3ls-final";

/** How long to wait for further edits before the document is made again, in milliseconds. */
const QUIET = 300;

export class FinalScripts implements vscode.TextDocumentContentProvider, vscode.DefinitionProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  private readonly maps = new Map<string, FinalScript["lines"]>();
  private readonly disposables: vscode.Disposable[];
  private pending: NodeJS.Timeout | undefined;

  readonly onDidChange = this.changes.event;

  constructor(private readonly server: Server) {
    this.disposables = [
      this.changes,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.languages.registerDefinitionProvider({ scheme: SCHEME }, this),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.changed(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.maps.delete(document.uri.toString())),
      server.onDidChange(() => this.renew()),
    ];
  }

  dispose(): void {
    clearTimeout(this.pending);
    this.disposables.forEach((disposable) => disposable.dispose());
  }

  /** Shows the final script of a script or manifest beside it. */
  async show(uri: vscode.Uri | undefined): Promise<void> {
    const source = uri ?? activeDocument();
    if (source === undefined) {
      void vscode.window.showWarningMessage("Open a D3 script or a d3.json first.");
      return;
    }
    const found = await this.server.ask<FinalScript | null>("d3ls/finalScript", { textDocument: { uri: source.toString() } });
    if (found === null) {
      const name = vscode.workspace.asRelativePath(source);
      void vscode.window.showWarningMessage(`${name} has no final script: it is no D3 script and no integration's manifest.`);
      return;
    }
    const document = await vscode.workspace.openTextDocument(finalOf(source));
    await vscode.languages.setTextDocumentLanguage(document, "python");
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true });
    if (!found.complete) {
      void vscode.window.showInformationMessage(
        "This is not all of it: the integration may have a system script that d3ls does not have. `systemScript` in d3.json names it.",
      );
    }
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const source = sourceOf(uri);
    try {
      // The server checks only what is open.
      await vscode.workspace.openTextDocument(source);
      const found = await this.server.ask<FinalScript | null>("d3ls/finalScript", { textDocument: { uri: source.toString() } });
      this.maps.set(uri.toString(), found?.lines ?? []);
      return found?.text ?? "# There is no final script any more.\n";
    } catch (problem) {
      return `# ${problem instanceof Refused ? problem.message : String(problem)}\n`;
    }
  }

  /** Where a line comes from. */
  provideDefinition(document: vscode.TextDocument, position: vscode.Position): vscode.Location | undefined {
    const part = this.maps.get(document.uri.toString())?.find(({ start, end }) => start <= position.line && position.line < end);
    if (part === undefined) {
      return undefined;
    }
    const line = part.line + position.line - part.start;
    return new vscode.Location(vscode.Uri.parse(part.uri), new vscode.Position(line, position.character));
  }

  private changed(document: vscode.TextDocument): void {
    if (document.languageId === "python" || isManifest(document.uri)) {
      clearTimeout(this.pending);
      this.pending = setTimeout(() => this.renew(), QUIET);
    }
  }

  private renew(): void {
    for (const document of vscode.workspace.textDocuments) {
      if (document.uri.scheme === SCHEME) {
        this.changes.fire(document.uri);
      }
    }
  }
}

/** The address of the document; its path is what a tab shows. */
function finalOf(source: vscode.Uri): vscode.Uri {
  return source.with({ scheme: SCHEME, path: `${source.path.replace(/\.(py|json)$/, "")} (final).py`, query: source.toString() });
}

function sourceOf(final: vscode.Uri): vscode.Uri {
  return vscode.Uri.parse(final.query);
}
