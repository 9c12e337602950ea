// The badge on every d3.json, since a file icon would need a theme of its own.
import * as vscode from "vscode";
import { isManifest } from "./projects";

export const badges: vscode.FileDecorationProvider = {
  provideFileDecoration: (uri) => (isManifest(uri) ? new vscode.FileDecoration("D3", "D3 manifest") : undefined),
};
