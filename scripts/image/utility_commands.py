"""Writes src/image/data/utility-commands.json from utility-commands.tsv.

The table was read from D3's public pages. Its types are partly words of the REST interface: a type is taken over
only where it is one of D3's own, whatever the case. What the table does not say is null, never a guess.
"""

import csv
import json
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "src" / "image" / "data"

TYPES = ["Text", "Number", "Boolean", "DateTime", "Text Array", "Number Array", "JSON Object", "JSON Array", "File"]
REQUIRED = {"R": True, "O": False}

# D3's page, "Utility Command & Integration Command Calls": the commands it documents itself, so exact enough to check.
# Its call of the key/value command is a copy of another row's, so there is no sample for it.
EXACT = {
    "concatToRear": {"sample": 'D3.Utility.concatToRear <Text>("Join ", "Text")'},
    "equals": {
        "description": "Checks if the two input texts are identical",
        "sample": 'D3.Utility.equals<Text>("SOAR","SOAR")',
    },
    "contains": {
        "description": "Checks if the input text contains the specified text",
        "sample": 'D3.Utility.contains<Text>("Welcome to use the SOAR product","SOAR")',
    },
    "GetUTCTimeNow": {"description": "Gets current UTC time", "sample": "D3.Utility.GetUTCTimeNow<>()"},
    "ExtractArtifactsToJsonObjectArrayWithArrayKeyValueO": {
        "description": "Extracts values of specified keys from a JSON Object",
    },
    "greaterThan": {
        "description": "Checks if the first number is greater than the second number",
        "sample": "D3.Utility.greaterThan<Number>(8000,8000)",
    },
}
# The form has a dropdown list `Site`, the call passes nothing: how many arguments it takes is not known.
UNKNOWN_PARAMETERS = {"GetUTCTimeNow"}


def main():
    with open(HERE / "utility-commands.tsv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    commands = [command(row) for row in rows if row["internal_name"] != "(not shown)"]
    commands.sort(key=lambda c: c["name"])
    lines = ",\n".join(json.dumps(c) for c in commands)
    (DATA / "utility-commands.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def command(row):
    name = row["internal_name"]
    own = {
        "name": name,
        "displayName": row["display_name"] or None,
        "category": row["category"],
        "parameters": None if name in UNKNOWN_PARAMETERS else parameters(row["params"], name in EXACT),
        "returns": returns(row["returns"]),
        "exact": name in EXACT,
        "description": EXACT.get(name, {}).get("description"),
        "sample": EXACT.get(name, {}).get("sample"),
        "url": row["url"] if row["url"].startswith("docs.") else None,
    }
    return {key: value for key, value in own.items() if value is not None or key == "parameters"}


def parameters(text, exact):
    """`Name[:type][:R|O]`, with `;` between; a remark `(all string, R)` holds for the bare names before it."""
    result, bare = [], []
    for segment in text.split(";"):
        plain, _, remark = segment.partition("(")
        name, *rest = [part.strip() for part in plain.split(":")]
        parameter = {"name": name, "type": None, "required": True if exact else None}
        result.append(parameter)
        bare = [] if rest else bare + [parameter]
        for part in rest:
            if part in REQUIRED:
                parameter["required"] = REQUIRED[part]
            else:
                parameter["type"] = d3_type(part)
        for_all = re.fullmatch(r"(?:all )?(?:string, )?([RO])\)\s*", remark)
        if for_all:
            for parameter in bare:
                parameter["required"] = REQUIRED[for_all[1]]
    return result


def d3_type(text):
    return next((known for known in TYPES if known.lower() == text.lower()), None)


def returns(text):
    """The type of Return Data, or of Context Data where only that is shown."""
    shown = re.match(r'(?:returnData|contextData)[: ](?:(?P<text>.*")|(?P<object>\{)|(?P<type>[A-Za-z ]+))', text)
    if not shown:
        return None
    if shown["text"]:
        return "Text"
    if shown["object"]:
        return "JSON Object"
    words = shown["type"].split()
    return d3_type(" ".join(words[:2])) or d3_type(words[0])


if __name__ == "__main__":
    main()
