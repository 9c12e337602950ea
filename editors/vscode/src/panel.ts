// The run panel: a view whose page shows a form and what came of a run. The page holds no state that is not here.
import { randomBytes } from "node:crypto";
import * as path from "node:path";
import * as vscode from "vscode";
import type { Request, State, Values } from "./messages";

const VIEW = "d3ls.panel";

export class RunPanel implements vscode.WebviewViewProvider, vscode.Disposable {
  private readonly runs = new vscode.EventEmitter<Values>();
  private readonly cancels = new vscode.EventEmitter<void>();
  private readonly choices = new vscode.EventEmitter<void>();
  private readonly cases = new vscode.EventEmitter<string>();
  private view: vscode.WebviewView | undefined;
  private state: State = { form: null, outcome: { kind: "none" } };
  private readonly registration: vscode.Disposable;

  readonly onRun = this.runs.event;
  readonly onCancel = this.cancels.event;
  readonly onChoose = this.choices.event;
  readonly onCase = this.cases.event;

  constructor(private readonly extension: vscode.Uri) {
    this.registration = vscode.window.registerWebviewViewProvider(VIEW, this);
  }

  /** Shows a new state of the form, of the outcome, or of both. */
  async show(change: Partial<State>): Promise<void> {
    this.state = { ...this.state, ...change };
    if (this.view?.visible === true) {
      this.view.show(true);
    } else {
      await vscode.commands.executeCommand(`${VIEW}.focus`, { preserveFocus: this.state.outcome.kind !== "asking" });
    }
    await this.view?.webview.postMessage(this.state);
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    view.webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(this.extension, "dist"), vscode.Uri.joinPath(this.extension, "media")],
    };
    view.webview.onDidReceiveMessage((request: Request) => void this.receive(request));
    view.onDidDispose(() => {
      this.view = undefined;
    });
    view.webview.html = this.page(view.webview);
  }

  dispose(): void {
    this.registration.dispose();
    this.runs.dispose();
    this.cancels.dispose();
    this.choices.dispose();
    this.cases.dispose();
  }

  private async receive(request: Request): Promise<void> {
    switch (request.type) {
      case "ready":
        await this.view?.webview.postMessage(this.state);
        break;
      case "choose":
        this.choices.fire();
        break;
      case "case":
        this.cases.fire(request.case);
        break;
      case "run":
        if (this.state.form !== null) {
          this.state.form.values = request.values;
        }
        this.runs.fire(request.values);
        break;
      case "cancel":
        this.cancels.fire();
        break;
      case "open":
        await open(request.path, request.line);
        break;
    }
  }

  private page(webview: vscode.Webview): string {
    const nonce = randomBytes(16).toString("hex");
    const address = (...parts: string[]) => webview.asWebviewUri(vscode.Uri.joinPath(this.extension, ...parts)).toString();
    const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
    return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" href="${address("media", "panel.css")}">
  <title>D3 Run</title>
</head>
<body>
  <main id="main"></main>
  <script nonce="${nonce}" src="${address("dist", "panel.js")}"></script>
</body>
</html>`;
  }
}

/** Opens a line of a file that a traceback names; its path may be relative to a workspace folder. */
async function open(file: string, line: number): Promise<void> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const candidates = path.isAbsolute(file)
    ? [vscode.Uri.file(file)]
    : folders.map((folder) => vscode.Uri.joinPath(folder.uri, file));
  for (const candidate of candidates) {
    const document = await vscode.workspace.openTextDocument(candidate).then(
      (document) => document,
      () => undefined,
    );
    if (document !== undefined) {
      const start = new vscode.Position(Math.max(0, line - 1), 0);
      await vscode.window.showTextDocument(document, { selection: new vscode.Range(start, start) });
      return;
    }
  }
  void vscode.window.showWarningMessage(`${file} can't be opened.`);
}
