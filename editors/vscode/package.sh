#!/usr/bin/env bash
# editors/vscode/package.sh BINARY TARGET FOLDER: packs the extension with this d3ls for one platform, as
# FOLDER/d3ls-TARGET.vsix. TARGET is one of VS Code's: linux-x64, linux-arm64, darwin-arm64, win32-x64, ...
# Prints its path only. Node, npm and, after `npm ci`, no network.
set -euo pipefail

[ $# = 3 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
binary=$(readlink -f "$1")
target=$2
mkdir -p "$3"
out=$(cd "$3" && pwd)/d3ls-$target.vsix
[ -f "$binary" ] || { echo "package.sh: there is no program $1; build it with cargo" >&2; exit 2; }

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
echo "$out"
