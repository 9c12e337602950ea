// Makes dist/: the extension and the run panel's page, each in one file, and the schema of d3.json beside them.
import { copyFile, rm } from "node:fs/promises";
import { build } from "esbuild";

const common = { bundle: true, minify: true, target: "es2022", logLevel: "warning" };

await rm("dist", { recursive: true, force: true });
await build({
  ...common,
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  platform: "node",
  format: "cjs",
  external: ["vscode"],
});
await build({ ...common, entryPoints: ["src/view/main.ts"], outfile: "dist/panel.js", format: "iife" });
await copyFile("../../d3.schema.json", "dist/d3.schema.json");
