//! HTTP without a network: whatever library sends a request, recorded entries answer it.

#[path = "runner/mod.rs"]
#[allow(dead_code, reason = "each test file uses some of it")]
mod runner;
#[allow(dead_code, reason = "each test file uses some of it")]
mod support;

use runner::{json, python, run, script};
use serde_json::{Value, json as value};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

const ENTRIES: &str = r#"[
    {"request": {"method": "GET", "url": "https://api.example/items?b=2&a=1"}, "response": {"status": 200, "headers": {"X-Page": "1"}, "json": {"items": [1]}}},
    {"request": {"method": "GET", "url": "https://api.example/items"}, "response": {"json": {"items": [2]}}},
    {"request": {"method": "GET", "url": "https://api.example/items"}, "response": {"json": {"items": [3]}}},
    {"request": {"method": "POST", "url": "https://api.example/items", "body": {"name": "x"}}, "response": {"status": 201, "text": "made"}},
    {"request": {"method": "POST", "url": "https://api.example/form", "body": {"user": "u v"}}, "response": {"status": 204}},
    {"request": {"method": "GET", "url": "http://plain.example:8080/"}, "response": {"base64": "AAEC"}},
    {"request": {"method": "GET", "url": "https://moved.example/old"}, "response": {"status": 302, "headers": {"Location": "https://api.example/items?a=1&b=2"}}},
    {"request": {"method": "POST", "url": "https://sts.amazonaws.com/"}, "response": {"headers": {"Content-Type": "text/xml"},
        "text": "<GetCallerIdentityResponse xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"}}
]"#;

/// The rawData of a command with this body.
fn raw(body: &str) -> Value {
    let body = body.replace('\n', "\n    ");
    let folder =
        script(&format!("def A():\n    {body}\n    return pb.returnOutputModel('', 'Successful', '', '', raw, '')\n"));
    folder.write("http.json", ENTRIES);
    let report = json(&folder, &["a.py", "A", "--http", "http.json", "--now", "2024-01-01"]);
    assert_eq!(report["error"], Value::Null, "{report:#}");
    report["output"]["rawData"].clone()
}

#[test]
fn requests_is_answered() {
    let found = raw(
        "s = requests.Session()\nr = s.get('https://api.example/items', params={'a': 1, 'b': 2}, timeout=5)\n\
         raw = [r.status_code, r.json(), r.headers['x-page'], r.reason, s.get('https://api.example/items').json(),\n\
         s.get('https://api.example/items?other=1').json(), s.get('https://api.example/items').json(),\n\
         s.post('https://api.example/items', json={'name': 'x'}).text, s.post('https://api.example/form', data={'user': 'u v'}).status_code,\n\
         list(requests.get('http://plain.example:8080').content), requests.get('https://moved.example/old').json()['items'],\n\
         requests.get('https://api.example/items', verify=False, proxies={'https': 'http://proxy:3128'}).json()]",
    );
    let three = value!({"items": [3]});
    assert_eq!(
        found,
        value!([200, {"items": [1]}, "1", "OK", {"items": [2]}, three, three, "made", 204, [0, 1, 2], [3], three])
    );
}

#[test]
fn urllib3_urllib_and_http_client_are_answered() {
    let found = raw("import urllib3, urllib.request, http.client, json\nraw = []\npool = urllib3.PoolManager()\n\
         raw.append(json.loads(pool.request('GET', 'https://api.example/items?a=1&b=2').data))\n\
         raw.append(json.load(urllib.request.urlopen('https://api.example/items', timeout=3)))\n\
         c = http.client.HTTPSConnection('api.example')\nc.request('POST', '/items', json.dumps({'name': 'x'}), {'Content-Type': 'application/json'})\n\
         raw.append(c.getresponse().read().decode())\nc.request('GET', '/items')\nraw.append(c.getresponse().status)");
    assert_eq!(found, value!([{"items": [1]}, {"items": [2]}, "made", 200]));
}

#[test]
fn httpx_is_answered() {
    let found = raw(
        "import httpx\nwith httpx.Client() as c:\n    raw = [c.get('https://api.example/items', params={'b': 2, 'a': 1}).json(), c.post('https://api.example/items', json={'name': 'x'}).text,\n    httpx.get('http://plain.example:8080/').content.hex()]",
    );
    assert_eq!(found, value!([{"items": [1]}, "made", "000102"]));
}

#[test]
fn asynchronous_clients_are_answered() {
    let found = raw(
        "import httpx, asyncio\nasync def work():\n    async with httpx.AsyncClient() as c:\n        first = await c.get('https://api.example/items', params={'b': 2, 'a': 1})\n        \
         rest = await asyncio.gather(c.post('https://api.example/items', json={'name': 'x'}), c.get('http://plain.example:8080/'), c.get('https://moved.example/old', follow_redirects=True))\n        \
         return [first.json(), first.http_version, rest[0].text, rest[1].content.hex(), rest[2].json()['items']]\nraw = asyncio.run(work())",
    );
    assert_eq!(found, value!([{"items": [1]}, "HTTP/1.1", "made", "000102", [2]]));
    let found = raw(
        "import asyncio\nasync def work(port, **tls):\n    reader, writer = await asyncio.open_connection('api.example', port, **tls)\n    \
         writer.writelines([b'GET /items HTTP/1.1\\r\\n', b'Host: api.example\\r\\nConnection: close\\r\\n\\r\\n'])\n    await writer.drain()\n    \
         head = await reader.readuntil(b'\\r\\n\\r\\n')\n    body = await reader.readexactly(len('{\"items\": [2]}'))\n    writer.close()\n    await writer.wait_closed()\n    return [head.split(b'\\r\\n')[0].decode(), body.decode()]\n\
         raw = asyncio.run(work(443, ssl=True))",
    );
    assert_eq!(found, value!(["HTTP/1.1 200 OK", "{\"items\": [2]}"]));
}

#[test]
fn an_asynchronous_request_that_nothing_answers_fails() {
    let text = "import httpx, asyncio\nasync def work():\n    async with httpx.AsyncClient() as c:\n        return await c.get('https://api.example/itms')\n\
        def A():\n    return asyncio.run(work())\n";
    let folder = script(text);
    folder.write("http.json", ENTRIES);
    let failed = run(&folder, &["a.py", "A", "--http", "http.json"]);
    assert_eq!(failed.status, 1, "{failed:?}");
    assert!(failed.stdout.contains("ReadError"), "{failed:?}");
    assert!(
        failed.stderr.contains("no recorded entry answers GET https://api.example/itms: the nearest"),
        "{failed:?}"
    );
}

#[test]
fn boto3_is_answered() {
    let found = raw(
        "import boto3\nc = boto3.client('sts', region_name='us-east-1', aws_access_key_id='x', aws_secret_access_key='y')\nraw = c.get_caller_identity()['Account']",
    );
    assert_eq!(found, value!("123456789012"));
}

#[test]
fn an_unmatched_request_fails_with_the_nearest_entry() {
    let text = "def A():\n    return requests.post('https://api.example/items', json={'name': 'y'})\n\
        def B():\n    try:\n        requests.get('https://api.example/itms')\n    except requests.RequestException as error:\n        return pb.returnOutputModel('', 'Failed', '', '', '', 'no answer')\n";
    let folder = script(text);
    folder.write("http.json", ENTRIES);
    let report = json(&folder, &["a.py", "A", "--http", "http.json"]);
    let message = report["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert_eq!(report["error"]["type"], "ConnectionError");
    assert!(message.contains("no recorded entry answers POST https://api.example/items: the nearest entry is POST https://api.example/items, which differs in the body: the entry has {\"name\": \"x\"}, the request {\"name\": \"y\"}"), "{message}");
    let swallowed = run(&folder, &["a.py", "B", "--http", "http.json"]);
    assert!(
        swallowed.status == 1 && swallowed.stderr.contains("GET https://api.example/items, which differs in the path"),
        "{swallowed:?}"
    );
    let none = run(&folder, &["a.py", "B"]);
    assert!(
        none.stderr.contains("no recorded entry answers GET https://api.example/itms: no entry is recorded"),
        "{none:?}"
    );
}

#[test]
fn nothing_but_http_gets_out() {
    for body in [
        "import socket; socket.create_connection(('127.0.0.1', 25)).recv(10)",
        "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'x', ('127.0.0.1', 53))",
        "import socket; socket.gethostbyname('example.com')",
        "import socket; socket.socket(socket.AF_UNIX).connect('/var/run/docker.sock')",
        "import socket; socket.socket().bind(('127.0.0.1', 0))",
        "import smtplib; smtplib.SMTP('mail.example')",
    ] {
        let report = json(&script(&format!("def A():\n    {body}\n")), &["a.py", "A"]);
        let message = report["error"]["message"].as_str().unwrap_or_default();
        assert!(message.contains("no network: "), "{body}: {report:#}");
    }
}

#[test]
fn bad_entries_are_refused_before_anything_runs() {
    let folder = script("def A():\n    pass\n");
    folder.write("http.json", r#"[{"request": {"method": "GET", "ulr": "x"}, "response": {}}]"#);
    let refused = run(&folder, &["a.py", "A", "--http", "http.json"]);
    assert!(
        refused.status == 2
            && refused.stderr.contains("http entry 1: `request` has an unknown key `ulr`; did you mean `url`?"),
        "{refused:?}"
    );
    assert_eq!(run(&folder, &["a.py", "A", "--record", "x.json"]).status, 2, "recording needs the network");
}

/// A server on this machine that answers each connection once.
fn server(answers: usize) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().take(answers) {
            let mut stream = stream.expect("a connection");
            let mut reader = BufReader::new(stream.try_clone().expect("a clone"));
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).expect("a line");
                if let Some(found) = line.to_lowercase().strip_prefix("content-length:") {
                    length = found.trim().parse().expect("a length");
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            reader.read_exact(&mut vec![0; length]).expect("a body");
            let body = r#"{"access_token": "tok-1", "seen": "k3y-secret"}"#;
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: sid=abc\r\nTransfer-Encoding: chunked\r\nConnection: close";
            write!(stream, "{head}\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len()).expect("written");
        }
    });
    format!("http://{address}")
}

#[test]
fn a_recording_plays_back_and_holds_no_secret() {
    let manifest = r#"{"version": 1, "kind": "integration", "connection": [{"displayName": "API Key", "secret": true}, {"displayName": "Server URL"}], "commands": [{"internalName": "A"}]}"#;
    let text = "def A():\n    c = runtime['connector']\n    r = requests.post(c['serverurl'] + '/x?token=q1', headers={'Authorization': 'Bearer ' + c['apikey']}, json={'key': c['apikey'], 'n': 1})\n    \
        return pb.returnOutputModel('', 'Successful', '', '', [r.status_code, sorted(r.json())], '')\n";
    let folder = support::Folder::new(&[("d3.json", manifest), ("script.py", text)]);
    let connection = format!(r#"{{"apikey": "k3y-secret", "serverurl": "{}"}}"#, server(1));
    let arguments = [".", "A", "--connection", &connection];
    let recorded = run(&folder, &[&arguments[..], &["--allow-network", "--record", "http.json"]].concat());
    assert_eq!(recorded.status, 0, "{recorded:?}");
    let recording = String::from_utf8(folder.read("http.json")).expect("text");
    assert!(
        ["k3y-secret", "tok-1", "sid=abc", "q1", "Bearer"].iter().all(|secret| !recording.contains(secret)),
        "{recording}"
    );
    let entries: Value = serde_json::from_str(&recording).expect("JSON");
    assert_eq!((&entries[0]["request"]["body"]["n"], &entries[0]["response"]["status"]), (&value!(1), &value!(200)));
    // What was redacted in a request matches anything.
    let played = json(&folder, &[&arguments[..], &["--http", "http.json"]].concat());
    assert_eq!(played["output"]["rawData"], value!([200, ["access_token", "seen"]]), "{played:#}");
}

#[test]
fn asynchronous_requests_are_recorded() {
    let text = "import httpx, asyncio\nasync def work(url):\n    async with httpx.AsyncClient() as c:\n        return (await c.post(url + '/x', json={'n': 1})).json()\n\
        def A(url):\n    return pb.returnOutputModel('', 'Successful', '', '', asyncio.run(work(url)), '')\n";
    let folder = script(text);
    let inputs = format!(r#"{{"url": "{}"}}"#, server(1));
    let arguments = ["a.py", "A", "--inputs", &inputs];
    let recorded = run(&folder, &[&arguments[..], &["--allow-network", "--record", "http.json"]].concat());
    assert_eq!(recorded.status, 0, "{recorded:?}");
    let entries: Value = serde_json::from_slice(&folder.read("http.json")).expect("JSON");
    assert_eq!((&entries[0]["request"]["body"], &entries[0]["response"]["status"]), (&value!({"n": 1}), &value!(200)));
    let played = json(&folder, &[&arguments[..], &["--http", "http.json"]].concat());
    assert_eq!(played["output"]["rawData"]["seen"], "k3y-secret", "{played:#}");
}

/// A server that answers as long as the test runs.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/runner/server.py");
        let mut command = Command::new(python());
        let mut process = command.arg(script).args(arguments).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut address = String::new();
        BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut address).expect("its address");
        Self { process, address: address.trim().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().expect("it can be ended");
        self.process.wait().expect("it ends");
    }
}

#[test]
fn every_library_is_recorded_and_played_back_with_tls_and_without() {
    let manifest = r#"{"version": 1, "kind": "integration", "connection": [{"displayName": "API Key", "secret": true}],
        "commands": [{"internalName": "Ask", "inputs": [{"parameterName": "url", "required": true}, {"parameterName": "ca", "parameterType": "File"}]}]}"#;
    let folder = support::Folder::new(&[
        ("d3.json", manifest),
        ("script.py", include_str!("runner/every_library.py")),
        ("ca.pem", include_str!("runner/localhost.pem")),
    ]);
    let certificate = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/runner/localhost.pem");
    for (arguments, ca) in [(&[][..], ""), (&[certificate][..], "ca.pem")] {
        let server = Server::start(arguments);
        let inputs = value!({"url": server.address, "ca": ca}).to_string();
        let arguments = [".", "Ask", "--inputs", &inputs, "--connection", r#"{"apikey": "k3y/secret"}"#];
        let recorded = json(&folder, &[&arguments[..], &["--allow-network", "--record", "http.json"]].concat());
        let asked = |text: &str, size: u32| value!([text, size]);
        let expected = [
            asked("GET /r1", 0),
            asked("POST /r2", 33),
            asked("PUT /[redacted]/r3", 35),
            asked("GET /u1", 0),
            asked("POST /u2", 200_000),
            asked("GET /l1", 0),
            asked("POST /l2", 2),
            asked("POST /c1", 4),
            asked("POST /c2", 4),
            asked("GET /h1", 0),
            asked("POST /h2", 10),
            asked("GET /a1", 0),
            asked("POST /a2", 8),
            asked("POST /a3", 8),
            value!("123456789012"),
        ];
        assert_eq!(recorded["output"]["rawData"], value!(expected), "{ca}: {recorded:#}");
        drop(server);
        let recording = String::from_utf8(folder.read("http.json")).expect("text");
        for secret in ["k3y", "tok-123456", "cookie-1", "pass-9876", "Bearer"] {
            assert!(!recording.contains(secret), "{secret}: {recording}");
        }
        let played = json(&folder, &[&arguments[..], &["--http", "http.json"]].concat());
        assert_eq!(played["output"]["rawData"][2][0], "PUT /[redacted]/r3", "{played:#}");
        let rest = |report: &Value| report["output"]["rawData"].as_array().expect("a list")[3..].to_vec();
        assert_eq!(rest(&played), rest(&recorded), "{ca}: {played:#}");
    }
}

#[test]
fn a_recording_is_kept_where_the_script_does_not_come_to_its_end() {
    let folder = script("import os\ndef A():\n    os._exit(0)\n");
    folder.write("http.json", "[]");
    let run = run(&folder, &["a.py", "A", "--allow-network", "--record", "http.json"]);
    assert!(run.stderr.contains("http.json was not written: the script did not come to its end"), "{run:?}");
    assert_eq!(folder.read("http.json"), b"[]");
}

#[test]
fn what_was_redacted_in_an_entry_matches_anything() {
    let text = "def A():\n    raw = []\n    for url, body in [('https://a.example/one/items?page=2&key=x', {'n': 1, 'key': 5}), ('https://a.example/two/items?key=&page=2', {'key': 'y', 'n': 1}),\n        \
        ('https://a.example/one/items?page=3&key=x', {'n': 1, 'key': 5}), ('https://a.example/one/items?page=2&key=x', {'n': 2, 'key': 5})]:\n        \
        try:\n            raw.append(requests.post(url, json=body).status_code)\n        except requests.ConnectionError as error:\n            raw.append(str(error).split('differs in the ')[1][:5])\n    \
        return pb.returnOutputModel('', '', '', '', raw, '')\n";
    let folder = script(text);
    folder.write(
        "http.json",
        r#"[{"request": {"method": "POST", "url": "https://a.example/[redacted]/items?key=[redacted]&page=2", "body": {"n": 1, "key": "[redacted]"}}, "response": {"status": 201}}]"#,
    );
    let report = json(&folder, &["a.py", "A", "--http", "http.json"]);
    assert_eq!(report["output"]["rawData"], value!([201, 201, "query", "body:"]), "{report:#}");
}
