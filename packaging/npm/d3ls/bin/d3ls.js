#!/usr/bin/env node
// Starts the program, which stands in a package of its own for each platform.
const { spawnSync } = require("node:child_process");

const name = `d3ls-${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`${name}/${process.platform === "win32" ? "d3ls.exe" : "d3ls"}`);
} catch {
  console.error(`d3ls: the package ${name} is not installed; there may be none for this platform: build d3ls with cargo`);
  process.exit(2);
}
const { status, error } = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (error) {
  console.error(`d3ls: ${program} does not start: ${error.message}`);
}
process.exit(status ?? 2);
