// Completion in d3.json: VS Code itself completes what the schema says, and the server the rest.
import * as vscode from "vscode";
import schema from "../../../d3.schema.json";

const KINDS = new Set([vscode.CompletionItemKind.Property, vscode.CompletionItemKind.Value]);

/** The keys of the schema, and the values that it lists. */
const words = new Set(["true", "false", "null", ...wordsOf(schema)]);

function wordsOf(part: unknown): string[] {
  if (Array.isArray(part)) {
    return part.flatMap(wordsOf);
  }
  if (typeof part !== "object" || part === null) {
    return [];
  }
  return Object.entries(part).flatMap(([key, value]: [string, unknown]) => {
    switch (key) {
      case "examples":
        return (value as unknown[]).map(String);
      case "properties":
        return [...Object.keys(value as object), ...Object.values(value as object).flatMap(wordsOf)];
      default:
        return wordsOf(value);
    }
  });
}

/** Whether VS Code's own JSON support completes this as well. */
export function isInSchema(item: vscode.CompletionItem): boolean {
  const label = typeof item.label === "string" ? item.label : item.label.label;
  return item.kind !== undefined && KINDS.has(item.kind) && words.has(label.replaceAll('"', ""));
}
