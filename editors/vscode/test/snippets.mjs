// node snippets.mjs PROGRAM: d3ls has nothing to say against what the snippets insert.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const [program] = process.argv.slice(2);
const snippets = JSON.parse(readFileSync(new URL("../snippets/python.json", import.meta.url), "utf8"));

/** What a snippet inserts where nothing is filled in. */
function plain(body) {
  const places = {};
  return body
    .join("\n")
    .replace(/\$\{(\d+)\|([^,|]+)[^}]*\|\}/g, "$2")
    .replace(/\$\{(\d+):((?:[^}\\]|\\.)*)\}/g, (_, number, text) => (places[number] = text.replace(/\$(\d+)/g, (_, known) => places[known]).replaceAll("\\}", "}")))
    .replace(/\$(\d+)/g, (_, number) => places[number] ?? "");
}

let failed = 0;
for (const [name, { body }] of Object.entries(snippets)) {
  const text = plain(body);
  // What begins with an indented statement's words stands in a function.
  const whole = /^(if|return) /.test(text) ? `def Command():\n${text.replace(/^(?=.)/gm, "    ")}` : text;
  const { status, stdout } = spawnSync(program, ["lint", "-", "--stdin-filename", "snippet.py", "--treat-as", "integration"], {
    input: whole,
    encoding: "utf8",
  });
  if (status !== 0) {
    failed += 1;
    console.error(`${name}:\n${stdout}`);
  }
}
console.log(`snippets: ${Object.keys(snippets).length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
