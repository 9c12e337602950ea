// Completion and hover in d3.json: VS Code itself says what the schema says, and the server the rest.
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

/** What the schema says of its keys. */
const texts = new Set(textsOf(schema));

function textsOf(part: unknown): string[] {
  if (typeof part !== "object" || part === null) {
    return [];
  }
  return Object.entries(part).flatMap(([key, value]: [string, unknown]) =>
    key === "description" && typeof value === "string" ? [value] : textsOf(value),
  );
}

/** A hover without the paragraphs that VS Code's own JSON support shows above it. */
export function besideSchema(hover: vscode.Hover): vscode.Hover {
  const contents = hover.contents.map((part) => {
    if (!(part instanceof vscode.MarkdownString)) {
      return part;
    }
    const paragraphs = part.value.split("\n\n").filter((paragraph) => !texts.has(paragraph));
    return new vscode.MarkdownString(paragraphs.join("\n\n"));
  });
  return new vscode.Hover(contents, hover.range);
}

/** Whether VS Code's own JSON support completes this as well. */
export function isInSchema(item: vscode.CompletionItem): boolean {
  const label = typeof item.label === "string" ? item.label : item.label.label;
  return item.kind !== undefined && KINDS.has(item.kind) && words.has(label.replaceAll('"', ""));
}
