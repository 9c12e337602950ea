// What the extension is made of, and which command leads where.
import * as vscode from "vscode";
import { badges } from "./badges";
import { FinalScripts } from "./finalScript";
import { compare, exportProject, importImage, probe } from "./handover";
import { RunPanel } from "./panel";
import type { RunArguments, TestArguments } from "./protocol";
import { Runs } from "./runs";
import { clone, init, newCommand, newProject } from "./scaffolds";
import { Refused, Server } from "./server";
import { Status } from "./status";
import { Tests } from "./tests";

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("d3ls", { log: true });
  const panel = new RunPanel(context.extensionUri);
  // The server's own commands lead here: what they need is asked for first, and what they say is shown.
  const server = new Server(context, output, (command, args, next) => {
    switch (command) {
      case "d3ls.run":
        return runs.run(args[0] as RunArguments);
      case "d3ls.test":
        return tests.runNamed(args[0] as TestArguments);
      default:
        return next(command, args);
    }
  });
  const runs = new Runs(server, panel, context);
  const tests = new Tests(server, output);
  const finals = new FinalScripts(server);
  const status = new Status(server);
  context.subscriptions.push(output, panel, tests, finals, status, server, vscode.window.registerFileDecorationProvider(badges));

  const register = (name: string, action: (uri?: vscode.Uri) => unknown) => {
    context.subscriptions.push(vscode.commands.registerCommand(`d3ls.${name}`, async (uri?: unknown) => {
      try {
        await action(uri instanceof vscode.Uri ? uri : undefined);
      } catch (problem) {
        if (!(problem instanceof Refused)) {
          throw problem;
        }
        void vscode.window.showErrorMessage(problem.message);
      }
    }));
  };
  register("runCommand", (uri) => runs.pick(uri));
  register("runTests", () => tests.runNamed());
  register("newIntegration", (uri) => newProject(server, "integration", uri));
  register("newUtility", (uri) => newProject(server, "utility", uri));
  register("newCommand", (uri) => newCommand(server, uri));
  register("init", (uri) => init(server, uri));
  register("clone", (uri) => clone(server, uri));
  register("finalScript", (uri) => finals.show(uri));
  register("compare", (uri) => compare(server, uri));
  register("export", (uri) => exportProject(server, uri));
  register("imageProbe", () => probe(server));
  register("imageImport", () => importImage(server));
  register("restart", () => server.restart());
  register("showOutput", () => output.show());
  register("status", () => status.choose());

  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((change) => {
      const isNamed = ["d3ls.path", "d3ls.python"].some((setting) => change.affectsConfiguration(setting));
      return isNamed ? server.restart() : undefined;
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => server.restart()),
  );
  await server.restart();
}
