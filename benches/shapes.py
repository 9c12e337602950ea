"""Scripts of every shape and size, for measuring how the time grows. Each shape is a function from a size to files."""

import json
from pathlib import Path

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "acme-edr"
OUTPUT = '    return pb.returnOutputModel({"n": n}, "Successful", "", "", n, "")\n'


def manifest(commands, connection=()):
    return json.dumps(
        {
            "version": 1,
            "kind": "integration",
            "name": "Shapes",
            "internalName": "Shapes",
            "script": "script.py",
            "systemScript": None,
            "connection": list(connection),
            "commands": list(commands),
        },
        indent=2,
    )


def command(name):
    inputs = [
        {"parameterName": f"input{index}", "displayName": f"Input {index}", "parameterType": "Text", "index": index}
        for index in range(3)
    ]
    return {
        "internalName": name,
        "displayName": name,
        "implementation": "Python",
        "status": "Draft",
        "features": ["Command Task"],
        "inputs": inputs,
    }


def script(text):
    return {"script.py": "# d3: integration\n" + text}


def many_functions(n):
    return script("".join(f"def f{i}(n):\n    x = n + {i}\n    return x\n\n\n" for i in range(n)))


def long_function(n):
    body = "".join(f"    if n == {i}:\n        x = {i}\n        print(x)\n" for i in range(n))
    return script(f"def f(n):\n    x = 0\n{body}    return x\n")


def one_name_bound_often(n):
    body = "".join(f"    if n > {i}:\n        x = {i}\n    print(x)\n" for i in range(n))
    return script(f"def f(n):\n{body}{OUTPUT}")


def elif_chain(n):
    body = "".join(f"    elif n == {i}:\n        x = {i}\n" for i in range(1, n))
    return script(f"def f(n):\n    if n == 0:\n        x = 0\n{body}{OUTPUT}")


def commands(n):
    text = "".join(f"def c{i}(*args):\n    n = args[0]\n{OUTPUT}\n\n" for i in range(n))
    return script(text) | {"d3.json": manifest(command(f"c{i}") for i in range(n))}


def commands_without_functions(n):
    return script("x = 1\n") | {"d3.json": manifest(command(f"c{i}") for i in range(n))}


def connection_keys(n):
    keys = [{"displayName": f"Key {i}", "parameterName": f"key{i}", "parameterType": "Text"} for i in range(n)]
    text = "def TestConnection():\n    n = 0\n" + "".join(f'    n = runtime["connector"]["key{i}"]\n' for i in range(n))
    return script(text + OUTPUT) | {"d3.json": manifest([command("TestConnection")], keys)}


def nested_blocks(n):
    """Statements nest 90 deep at most."""
    block = "".join("    " * (level + 1) + f"if n > {level}:\n" for level in range(90)) + "    " * 91 + "n = 1\n"
    return script("".join(f"def f{i}(n):\n{block}    return n\n\n\n" for i in range(max(n // 90, 1))))


def nested_lists(n):
    """Brackets nest 150 deep at most."""
    return script("".join(f"x{i} = {'[' * 150}{']' * 150}\n" for i in range(max(n // 150, 1))))


def call_chain(n):
    links = "".join(f"def f{i}(n):\n    return f{i + 1}(n)\n\n\n" for i in range(n))
    return script(f"{links}def f{n}(n):\n{OUTPUT}")


def helper_with_many_callers(n):
    helper = "def send(client, n):\n    return client.get(n)\n\n\n"
    return script(helper + "".join(f"def f{i}(n):\n    return send(pb, n)\n\n\n" for i in range(n)))


def answer_read_often(n):
    request = '    answer = requests.get("https://example.com", timeout=3)\n'
    return script("import requests\n\n\ndef f():\n" + request + "".join(f"    n{i} = answer.json()\n" for i in range(n)) + OUTPUT)


def d3_calls(n):
    return script("def f(n):\n" + "".join(f'    n = D3.Utility.concatToRear<Text>(n, "{i}")\n' for i in range(n)) + OUTPUT)


def ignore_comments(n):
    return script("def f(n):\n" + "".join(f"    print({i})  # d3: ignore[D3414]\n" for i in range(n)) + OUTPUT)


def output_models(n):
    body = "".join(f'    if n == {i}:\n        return pb.returnOutputModel("", "Failed", "", "", n, "no {i}")\n' for i in range(n))
    return script(f"def f(n):\n{body}{OUTPUT}")


def wrapped_output_models(n):
    wrapper = 'def failed(n, why):\n    return pb.returnOutputModel("", "Failed", "", "", n, why)\n\n\n'
    return script(wrapper + "".join(f'def f{i}(n):\n    return failed(n, "no {i}")\n\n\n' for i in range(n)))


def long_string(n):
    """100 bytes for each unit of size."""
    return script(f'def f(n):\n    n = "{"x" * 100 * n}"\n{OUTPUT}')


def data_literal(n):
    return script("TABLE = {\n" + "".join(f'    "key{i}": ["value{i}", {i}, (1, 2)],\n' for i in range(n)) + "}\n")


def attributes_of_self(n):
    body = "".join(f"        self.a{i} = n\n        self.b = self.a{i}\n" for i in range(n))
    return script(f"class Client:\n    def __init__(self, n):\n{body}")


def imports(n):
    return script("".join(f"import json as j{i}\n" for i in range(n)) + "".join(f"j{i}.dumps({i})\n" for i in range(n)))


def broken(n):
    return script("".join(f"def f{i}(n:\n    x = (n +\n    return x\n\n\n" for i in range(n)))


def broken_once(n):
    text = many_functions(n)["script.py"]
    middle = text.index("def f", len(text) // 2)
    return {"script.py": text[:middle] + "def broken(:\n    x = (\n\n\n" + text[middle:]}


def unclosed_triple(n):
    return script('x = """\n' + many_functions(n)["script.py"])


def other_closers(n):
    """Brackets that are never closed, and closers of other ones."""
    return script(f"x = {'(' * n}{']' * n}\n")


def unclosed_fields(n):
    return script('class A:\n    f"{' * n)


def escaped_quotes(n):
    return script("x = " + "f\"{\\'a\" " * n + "\n")


def real(n):
    """The fixture's script over and over with other names, and its manifest: about 500 lines for each 40 of size."""
    copies = max(n // 40, 1)
    source = (FIXTURE / "script.py").read_text()
    described = json.loads((FIXTURE / "d3.json").read_text())
    names = [entry["internalName"] for entry in described["commands"] if entry["internalName"] != "TestConnection"]
    texts, entries = [source], list(described["commands"])
    for copy in range(1, copies):
        text = source
        for name in names:
            text = text.replace(f"def {name}(", f"def {name}{copy}(")
        texts.append(text.replace("def TestConnection(", f"def check{copy}("))
        for entry in described["commands"]:
            if entry["internalName"] != "TestConnection":
                name = f"{entry['internalName']}{copy}"
                entries.append(entry | {"internalName": name, "displayName": f"{entry['displayName']} {copy}"})
    described["commands"] = entries
    system = (FIXTURE / "system.py").read_text()
    return {"script.py": "\n\n".join(texts), "d3.json": json.dumps(described, indent=2), "system.py": system}


def tangled_names(n):
    """Each name is bound to the next one many times: there are ever more ways to follow."""
    block = "".join(f"    if n:\n        x{level} = x{level + 1}\n" * 20 for level in range(8))
    use = "    pb.returnOutputModel(x0, x0, x0, x0, x0, x0)\n    return x0\n\n\n"
    return script("".join(f"def f{i}(n, x8):\n{block}{use}" for i in range(max(n // 320, 1))))


def tangled_helpers(n):
    """Each helper calls the next one many times with what it was given."""
    text = ""
    for i in range(max(n // 160, 1)):
        for level in range(8):
            text += f"def f{i}_{level}(p, t):\n" + f"    f{i}_{level + 1}(p, t)\n" * 20 + "\n\n"
        text += f"def f{i}_8(p, t):\n    p.log(t > t)\n    return p.runtime['connector']\n\n\nf{i}_0(pb, 1)\n"
    return script(text)


ALL = [
    tangled_names,
    tangled_helpers,
    many_functions,
    long_function,
    one_name_bound_often,
    elif_chain,
    commands,
    commands_without_functions,
    connection_keys,
    nested_blocks,
    nested_lists,
    call_chain,
    helper_with_many_callers,
    answer_read_often,
    d3_calls,
    ignore_comments,
    output_models,
    wrapped_output_models,
    long_string,
    data_literal,
    attributes_of_self,
    imports,
    broken,
    broken_once,
    unclosed_triple,
    other_closers,
    unclosed_fields,
    escaped_quotes,
    real,
]


def write(files, folder):
    """Writes the files of a shape; the path of the script."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder / "script.py"
