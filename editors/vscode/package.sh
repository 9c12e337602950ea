#!/usr/bin/env bash
# editors/vscode/package.sh BINARY TARGET FILE: packs the extension with this d3ls for one platform, as FILE, a .vsix. TARGET is
# one of VS Code's: linux-x64, win32-x64, ... `scripts/package` calls it with what it built; needs node and npm.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
binary=$(readlink -f "$1")
target=$2
out=$3

cd "$here"
[ -e node_modules/.package-lock.json ] && [ ! package-lock.json -nt node_modules/.package-lock.json ] || npm ci --no-audit --no-fund >&2
npm run --silent check >&2
npm run --silent build >&2

# Only what users need is packed, from a folder of its own, so that two platforms can be packed at once.
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cp -R package.json README.md INSTALL.md CHANGELOG.md ../../LICENSE dist media snippets "$stage"
mkdir "$stage/images" "$stage/bin"
cp images/icon.png "$stage/images"
name=d3ls
case $target in win32-*) name=d3ls.exe ;; esac
install -m 755 "$binary" "$stage/bin/$name"

cd "$stage"
"$here/node_modules/.bin/vsce" package --target "$target" --no-dependencies --allow-missing-repository \
    --no-rewrite-relative-links --out "$out" >"$stage.log" 2>&1 || { cat "$stage.log" >&2; rm -f "$stage.log"; exit 1; }
rm -f "$stage.log"
