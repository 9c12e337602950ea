"""Writes src/image/data/libraries.json: the libraries D3 publishes, what they depend on, and their modules.

Run it with Python 3.9 and a network: it resolves each library by itself with pip, as of several dates, because D3
does not say when its images were built and what a library depends on changes. All that any of them brings counts as
being there. Every distribution is then installed alone into a scratch folder, where its RECORD tells its modules.
"""

import csv
import io
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

# D3's public list up to `oauth2client`, where the public copy ends, and what D3's own samples use.
PUBLISHED = """
    boto3 dateparser defang eml_parser exchangelib gitPython google-api-python-client google-auth-oauthlib
    google-auth google-cloud-pubsub google-cloud html2text imap-tools==0.34.0 inflect ioc-finder iocextract Jinja2
    jsonpath-ng mail-parser==3.15.0 natsort nessrest oauth2client
""".split()
USED_IN_SAMPLES = ["requests", "pytz"]
# What every Python image holds.
IN_EVERY_IMAGE = ["pip", "setuptools", "wheel"]

# Python 3.9.12's year, the date of the pictures on D3's page, and the year of the newest public list.
DATES = ["2022-06-01", "2024-03-27", "2025-01-01"]

# Packages that distributions inside and outside the list share: each lists what it puts below, so that
# `google.cloud.pubsub_v1` is there and `google.cloud.storage` is not.
NAMESPACES = {"google", "google.cloud"}
# Folders that a wheel carries by mistake, and build leftovers.
NOT_MODULES = {"tests", "test", "docs", "examples", "samples", "scripts", "bin", "benchmarks", "__pycache__"}
PIP = "pip>=26"  # the first with --uploaded-prior-to

DATA = Path(__file__).resolve().parents[2] / "src" / "image" / "data"


def main():
    if sys.version_info[:2] != (3, 9):
        sys.exit("run this with Python 3.9")
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        pip(python, "install", "--quiet", "--upgrade", PIP)
        listed = PUBLISHED + USED_IN_SAMPLES + IN_EVERY_IMAGE
        versions = {}
        for requirement in listed:
            for date in DATES:
                for name, version in resolve(python, requirement, date, Path(folder) / "report.json"):
                    versions[normal(name)] = (name, version)
        spelling = {normal(r.partition("==")[0]): r.partition("==") for r in listed}
        rows = []
        for key, (name, version) in versions.items():
            spelt, _, pinned = spelling.get(key, (name, "", ""))
            modules = modules_of(python, f"{name}=={version}", Path(folder) / "installed" / name)
            rows.append({"distribution": spelt, "version": pinned or None, "modules": modules})
    rows.sort(key=lambda row: row["distribution"].lower())
    lines = ",\n".join(json.dumps(row) for row in rows)
    (DATA / "libraries.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def pip(python, *arguments):
    subprocess.run([str(python), "-m", "pip", *arguments], check=True)


def resolve(python, requirement, date, report):
    """The distributions that pip would install for a requirement on that date, as (name, version)."""
    pip(
        python, "install", "--quiet", "--dry-run", "--ignore-installed", "--uploaded-prior-to", date,
        "--report", str(report), requirement,
    )  # fmt: skip
    for item in json.loads(report.read_text(encoding="utf-8"))["install"]:
        yield item["metadata"]["name"], item["metadata"]["version"]


def modules_of(python, requirement, target):
    pip(python, "install", "--quiet", "--no-deps", "--target", str(target), requirement)
    files = []
    for record in target.glob("*.dist-info/RECORD"):
        files += [row[0] for row in csv.reader(io.StringIO(record.read_text(encoding="utf-8")))]
    modules = set()
    for file in files:
        parts = file.split("/")
        if file.endswith((".py", ".so")) and not any(part.endswith((".dist-info", ".data")) for part in parts):
            module = module_of(parts)
            if module:
                modules.add(module)
    return sorted(modules)


def module_of(parts):
    """The shortest module name above a file that is no shared namespace, or None."""
    if parts[0] in NOT_MODULES or parts[0] == "..":
        return None
    name = ""
    for part in parts:
        stem = part.partition(".")[0]
        if stem == "__init__":
            return None
        name = f"{name}.{stem}" if name else stem
        if name not in NAMESPACES:
            return name
    return None


def normal(name):
    return name.lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    main()
