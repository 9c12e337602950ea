// The language server's life: started, restarted, ended, and asked.
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  State,
  type ErrorHandler,
  type LanguageClientOptions,
  type Middleware,
} from "vscode-languageclient/node";
import { find, NoBinary, type Binary } from "./binary";
import { besideSchema, isInSchema } from "./manifest";
import { isManifest } from "./projects";
import type { CaseNotification, Project } from "./protocol";

/** A server that ends more often than this within three minutes is left alone. */
const MOST_RESTARTS = 3;
const RESTARTS_WITHIN = 180_000;

/** What the client has to say goes to the log; messages are this extension's own. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  override warn(message: string, data?: unknown): void {
    super.warn(message, data, false);
  }
}

/** The server is not there, or refused a request; the message is for the user. */
export class Refused extends Error {}

export class Server implements vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly cases = new vscode.EventEmitter<CaseNotification>();
  private client: LanguageClient | undefined;
  /** Starts and ends happen one after the other. */
  private queue: Promise<void> = Promise.resolve();

  /** The server has started or ended. */
  readonly onDidChange = this.changes.event;
  /** A test case has ended. */
  readonly onCase = this.cases.event;
  /** The program in use; none where none could be found. */
  binary: Binary | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    readonly output: vscode.LogOutputChannel,
    private readonly executeCommand: NonNullable<Middleware["executeCommand"]>,
  ) {}

  get isRunning(): boolean {
    return this.client?.isRunning() ?? false;
  }

  /** Ends the server if there is one, looks for the program anew and starts it. */
  restart(): Promise<void> {
    this.queue = this.queue.then(async () => {
      await this.end();
      await this.start();
      this.changes.fire();
    });
    return this.queue;
  }

  /** Sends a request of ours; a refusal is an error whose message is the server's. */
  async ask<Answer>(method: string, params: unknown, token?: vscode.CancellationToken): Promise<Answer> {
    const client = this.client;
    if (client === undefined || !client.isRunning()) {
      throw new Refused("The d3ls server is not running. `D3: Restart Server` starts it; `D3: Show Output` says more.");
    }
    try {
      // A token that is undefined would be sent as a second parameter.
      return await (token === undefined ? client.sendRequest<Answer>(method, params) : client.sendRequest<Answer>(method, params, token));
    } catch (problem) {
      if (token?.isCancellationRequested === true) {
        throw new vscode.CancellationError();
      }
      throw new Refused(problem instanceof Error ? problem.message : String(problem));
    }
  }

  /** Executes a command of the server's, which this d3ls may be too old for. */
  async execute<Answer>(
    command: "d3ls.run" | "d3ls.test",
    argument: unknown,
    token: vscode.CancellationToken,
    workDoneToken?: string,
  ): Promise<Answer> {
    const offered = this.client?.initializeResult?.capabilities.executeCommandProvider?.commands ?? [];
    if (this.isRunning && !offered.includes(command)) {
      throw new Refused(`d3ls ${this.binary?.version ?? ""} at ${this.binary?.path ?? ""} can't run commands for an editor. Install a later one.`);
    }
    const params = { command, arguments: [argument], ...(workDoneToken === undefined ? {} : { workDoneToken }) };
    return this.ask<Answer>(ExecuteCommandRequest.method, params, token);
  }

  /** What a script or manifest belongs to; nothing in an untrusted workspace, where no Python may be looked for. */
  async project(uri: vscode.Uri): Promise<Project | undefined> {
    if (!vscode.workspace.isTrusted || !this.isRunning) {
      return undefined;
    }
    return (await this.ask<Project | null>("d3ls/project", { uri: uri.toString() })) ?? undefined;
  }

  async dispose(): Promise<void> {
    await this.queue.then(() => this.end());
    this.changes.dispose();
    this.cases.dispose();
  }

  private async start(): Promise<void> {
    try {
      this.binary = await find(this.context);
    } catch (problem) {
      this.binary = undefined;
      void this.complain(problem instanceof NoBinary ? problem.message : String(problem));
      return;
    }
    this.output.info(`Starting d3ls ${this.binary.version}: ${this.binary.path}`);
    const run = { command: this.binary.path, args: ["server"] };
    let hasComplained = false;
    const complainOnce = (message: string) => {
      if (!hasComplained) {
        hasComplained = true;
        void this.complain(message);
      }
    };
    const client = new QuietClient("d3ls", "d3ls", { run, debug: run }, this.options(complainOnce));
    client.onNotification("d3ls/testCase", (done: CaseNotification) => this.cases.fire(done));
    client.onDidChangeState(({ newState }) => {
      this.changes.fire();
      if (newState === State.StartFailed) {
        complainOnce(`The d3ls server did not start: ${run.command}`);
      }
    });
    this.client = client;
    // A failed start is a state, which is looked at above; its reason is in the log.
    await client.start().catch(() => {});
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client?.needsStop() === true) {
      await client.dispose(5000).catch((problem: unknown) => this.output.error(String(problem)));
    }
  }

  private options(complain: (message: string) => void): LanguageClientOptions {
    const settings = vscode.workspace.getConfiguration("d3ls");
    return {
      documentSelector: [
        { scheme: "file", language: "python" },
        { scheme: "untitled", language: "python" },
        { scheme: "file", pattern: "**/d3.json" },
        { scheme: "file", pattern: "**/tests/*.json" },
        { scheme: "file", pattern: "**/d3ls.toml" },
      ],
      outputChannel: this.output,
      initializationOptions: {
        python: settings.get("python"),
        logLevel: settings.get("logLevel"),
        quietRuns: true,
        testCaseNotifications: true,
      },
      initializationFailedHandler: () => false,
      errorHandler: errorHandler(complain),
      middleware: {
        executeCommand: this.executeCommand,
        provideCompletionItem: async (document, position, context, token, next) => {
          const found = await next(document, position, context, token);
          if (found == null || !isManifest(document.uri)) {
            return found;
          }
          return (Array.isArray(found) ? found : found.items).filter((item) => !isInSchema(item));
        },
        provideHover: async (document, position, token, next) => {
          const found = await next(document, position, token);
          return found != null && isManifest(document.uri) ? besideSchema(found) : found;
        },
      },
    };
  }

  /** The one message about a server that can't be had, with what to do next. */
  private async complain(message: string): Promise<void> {
    this.output.error(message);
    const [get, settings, restart, output] = ["How to Get d3ls", "Open Setting", "Restart Server", "Show Output"];
    const next = this.binary === undefined ? [get, settings] : [restart, output];
    switch (await vscode.window.showErrorMessage(message, ...next)) {
      case get:
        return vscode.commands.executeCommand("markdown.showPreview", this.context.extension.extensionUri.with({
          path: `${this.context.extension.extensionUri.path}/INSTALL.md`,
        }));
      case settings:
        return vscode.commands.executeCommand("workbench.action.openSettings", "d3ls.path");
      case restart:
        return this.restart();
      case output:
        return this.output.show();
    }
  }
}

function errorHandler(complain: (message: string) => void): ErrorHandler {
  let ends: number[] = [];
  return {
    error: () => ({ action: ErrorAction.Continue, handled: true }),
    closed: () => {
      ends = [...ends.filter((end) => Date.now() - end < RESTARTS_WITHIN), Date.now()];
      if (ends.length <= MOST_RESTARTS) {
        return { action: CloseAction.Restart, handled: true };
      }
      complain("The d3ls server ended again and again and is not started any more.");
      return { action: CloseAction.DoNotRestart, handled: true };
    },
  };
}
