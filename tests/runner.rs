//! `d3ls run` and `d3ls final` from outside, on a real Python 3.9.

#[path = "runner/mod.rs"]
#[allow(dead_code, reason = "each test file uses some of it")]
mod runner;
#[allow(dead_code, reason = "each test file uses some of it")]
mod support;

use runner::{json, python, run, script};
use serde_json::{Value, json as value};
use support::Folder;

const OK: &str = "return pb.returnOutputModel('', 'Successful', '', '', raw, '')";

/// The rawData of a command whose body is given.
fn raw(body: &str, arguments: &[&str]) -> Value {
    let folder = script(&format!("def A(*args):\n    {}\n    {OK}\n", body.replace('\n', "\n    ")));
    let report = json(&folder, &[&["a.py", "A"], arguments].concat());
    assert_eq!(report["error"], Value::Null, "{report:#}");
    report["output"]["rawData"].clone()
}

fn error(text: &str) -> Value {
    let report = json(&script(text), &["a.py", "A"]);
    assert_eq!(
        (&report["success"], &report["output"], &report["logsLost"]),
        (&value!(false), &Value::Null, &value!(true))
    );
    report["error"].clone()
}

// The verdict

#[test]
fn errors_decide_whether_a_command_failed() {
    for (errors, success) in [("''", true), ("[]", true), ("None", true), ("'no'", false), ("['a', 'b']", false)] {
        let folder =
            script(&format!("def A():\n    return pb.returnOutputModel('', 'Failed', '', '', '', {errors})\n"));
        let run = run(&folder, &["a.py", "A"]);
        assert_eq!(run.status, i32::from(!success), "{errors}: {run:?}");
        assert!(run.stdout.starts_with(if success { "A: successful" } else { "A: failed" }), "{run:?}");
    }
}

#[test]
fn what_is_no_output_model_is_named_and_the_log_is_lost() {
    let folder = script("def A():\n    pb.log('seen', 1)\n    print('said')\n");
    let report = json(&folder, &["a.py", "A"]);
    assert_eq!(report["error"]["type"], "NoOutputModel");
    assert_eq!(report["error"]["traceback"], value!([{"path": "a.py", "line": 2, "function": "A"}]));
    assert_eq!(
        (&report["logs"], &report["logsLost"], &report["stdout"]),
        (&value!(["seen 1"]), &value!(true), &value!("said\n"))
    );
    let found = error("def A():\n    return pb.returnOutputModel('', '', '', '', {'a': [1, {2}]}, '')\n");
    assert_eq!(found["type"], "NotSerialisable");
    assert!(
        found["message"].as_str().is_some_and(|text| text.starts_with("rawData['a'][1] is of type set")),
        "{found}"
    );
    let deep = |depth: u32| {
        format!(
            "def A():\n    a = []\n    for _ in range({depth}):\n        a = [a]\n    return pb.returnOutputModel('', '', '', '', a, '')\n"
        )
    };
    let found = error(&deep(5000));
    assert_eq!(found["type"], "NotSerialisable");
    assert!(
        found["message"]
            .as_str()
            .is_some_and(|text| text.ends_with("is nested over 100 deep, more than readers of JSON take")),
        "{found}"
    );
    assert_eq!(json(&script(&deep(100)), &["a.py", "A"])["success"], true);
    assert_eq!(error("def A():\n    exit(3)\n")["type"], "Exit");
    assert_eq!(error("import os\ndef A():\n    os._exit(3)\n")["type"], "Exit");
    assert_eq!(error("def A():\n    return {'result': 1}\n")["type"], "NoOutputModel");
    assert_eq!(
        error("def A():\n    return pb.returnOutputModel(1, 2, 3, 4, float('nan'), '')\n")["type"],
        "NotSerialisable"
    );
}

#[test]
fn tracebacks_name_the_users_files_and_lines() {
    let manifest =
        r#"{"version": 1, "kind": "integration", "systemScript": "s.py", "commands": [{"internalName": "A"}]}"#;
    let system = "\u{feff}def helper():\n    return {}['gone']\n";
    let folder =
        Folder::new(&[("d3.json", manifest), ("s.py", system), ("script.py", "\ndef A():\n    return helper()\n")]);
    let report = json(&folder, &[".", "A"]);
    let expected =
        value!([{"path": "script.py", "line": 3, "function": "A"}, {"path": "s.py", "line": 2, "function": "helper"}]);
    assert_eq!((&report["error"]["traceback"], &report["error"]["type"]), (&expected, &value!("KeyError")));
    let found = error("def A(:\n    pass\n");
    assert_eq!((&found["type"], &found["traceback"][0]["line"]), (&value!("SyntaxError"), &value!(2)));
    let found = error(
        "import json\ndef A():\n    import traceback\n    try:\n        json.loads('x')\n    except ValueError:\n        raise KeyError(traceback.format_exc())\n",
    );
    assert!(found["message"].as_str().is_some_and(|text| text.contains("a.py\", line 6, in A")), "{found}");
}

#[test]
fn a_custom_definition_overrides_a_system_one() {
    let manifest =
        r#"{"version": 1, "kind": "integration", "systemScript": "s.py", "commands": [{"internalName": "A"}]}"#;
    let system =
        "def word():\n    return 'system'\ndef A():\n    return pb.returnOutputModel(word(), '', '', '', '', '')\n";
    let files = [("d3.json", manifest), ("s.py", system), ("script.py", "def word():\n    return 'custom'\n")];
    let folder = Folder::new(&files);
    assert_eq!(json(&folder, &[".", "A"])["output"]["result"], "custom");
    folder.write("script.py", "from __future__ import annotations\ndef word(): return 1\n");
    let report = json(&folder, &[".", "A"]);
    assert_eq!(
        report["error"]["traceback"],
        value!([{"path": "script.py", "line": 1, "function": "<module>"}]),
        "{report:#}"
    );
}

#[test]
fn the_final_script_comes_with_a_map_of_its_lines() {
    let manifest = r#"{"version": 1, "kind": "integration", "systemScript": "s.py", "commands": []}"#;
    let folder =
        Folder::new(&[("d3.json", manifest), ("s.py", "a = 1\nb = 2"), ("script.py", "c = D3.Utility.x<Text>(1)\n")]);
    assert_eq!(folder.run(&["final", "."]).stdout, "a = 1\nb = 2\nc = D3.Utility.x<Text>(1)\n");
    let found: Value =
        serde_json::from_str(&folder.run(&["final", "script.py", "--format", "json"]).stdout).expect("JSON");
    assert_eq!(found["lines"][1], value!({"start": 3, "end": 3, "path": "script.py", "line": 1}));
}

// Inputs

#[test]
fn inputs_are_checked_before_anything_runs() {
    let manifest = r#"{"version": 1, "kind": "integration", "commands": [{"internalName": "A", "inputs": [
        {"parameterName": "number", "parameterType": "Number", "required": true}]}]}"#;
    let folder = Folder::new(&[("d3.json", manifest), ("script.py", "raise SystemExit('it ran')\n")]);
    let run = run(&folder, &[".", "A", "--inputs", r#"{"numbre": 1}"#]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("the command has no input `numbre`; did you mean `number`?"), "{run:?}");
    assert!(run.stderr.contains("input `number`: it is required and was not given (Number)"), "{run:?}");
    assert_eq!(runner::run(&folder, &[".", "B"]).stderr.lines().count(), 1);
    assert_eq!(runner::run(&folder, &["nowhere", "A"]).status, 2);
    folder.write("d3.json", "{");
    assert!(runner::run(&folder, &[".", "A"]).stderr.contains("d3.json:1:"), "a broken manifest has a place");
}

#[test]
fn inputs_arrive_by_order_with_their_types() {
    let manifest = r#"{"version": 1, "kind": "integration", "commands": [{"internalName": "A", "inputs": [
        {"parameterName": "n", "parameterType": "Number"}, {"parameterName": "t", "parameterType": "DateTime", "index": 0},
        {"parameterName": "f", "parameterType": "File"}, {"parameterName": "b", "parameterType": "Boolean", "default": "true"}]}]}"#;
    let body = "def A(*given):\n    raw = [[type(v).__name__, str(v)] for v in given] + [given[0].year, open(given[2]).read()]\n    ";
    let manifest =
        manifest.replace("\"n\", \"parameterType\": \"Number\"", "\"n\", \"parameterType\": \"Number\", \"index\": 1");
    let folder = Folder::new(&[("d3.json", &manifest), ("script.py", &format!("{body}{OK}\n")), ("x.txt", "content")]);
    let report = json(&folder, &[".", "A", "--inputs", r#"{"n": "3.0", "f": "x.txt"}"#]);
    let raw = &report["output"]["rawData"];
    assert_eq!((&raw[0], &raw[1]), (&value!(["datetime", "1900-01-01 00:00:00"]), &value!(["int", "3"])), "{report:#}");
    assert_eq!((&raw[3], &raw[4], &raw[5]), (&value!(["bool", "True"]), &value!(1900), &value!("content")));
}

// Clocks

#[test]
fn now_fixes_every_clock_and_sleep_advances_it() {
    let body = "import time, datetime as module\nfrom datetime import datetime as own, date\nfrom time import time as seconds, sleep\n\
        sleep(90)\nraw = [str(own.now()), str(own.utcnow()), str(date.today()), str(own.today()), seconds(), time.time_ns(),\n\
        list(time.gmtime()[:6]), list(time.localtime()[:6]), time.strftime('%H:%M:%S'), isinstance(own.now(), module.datetime),\n\
        isinstance(own.now(), date), str(own.now(module.timezone.utc)), own.now() == own(2024, 2, 29, 12, 1, 30), time.ctime(),\n\
        repr(own.now()), type(own.now() + module.timedelta(1)) is own, isinstance(own.strptime('2024', '%Y'), own)]";
    let found = raw(body, &["--now", "2024-02-29 12:00:00"]);
    let time = "2024-02-29 12:01:30";
    assert_eq!(
        found,
        value!([
            time,
            time,
            "2024-02-29",
            time,
            1709208090.0,
            1709208090000000000_i64,
            [2024, 2, 29, 12, 1, 30],
            [2024, 2, 29, 12, 1, 30],
            "12:01:30",
            true,
            true,
            "2024-02-29 12:01:30+00:00",
            true,
            "Thu Feb 29 12:01:30 2024",
            "datetime.datetime(2024, 2, 29, 12, 1, 30)",
            true,
            true
        ])
    );
}

#[test]
fn asyncio_and_threading_wait_on_the_same_clock() {
    let body = "import asyncio, queue, threading\ntimes = []\ndef mark(*said):\n    times.append(' '.join([datetime.utcnow().strftime('%d %H:%M:%S'), *map(str, said)]))\n\
        async def work():\n    await asyncio.sleep(86400)\n    mark('slept')\n    await asyncio.gather(asyncio.sleep(60), asyncio.sleep(120))\n    mark('gathered')\n    \
        try:\n        await asyncio.wait_for(asyncio.Event().wait(), 60)\n    except asyncio.TimeoutError:\n        mark('timed out')\n    \
        done, waiting = await asyncio.wait([asyncio.ensure_future(asyncio.sleep(5)), asyncio.ensure_future(asyncio.sleep(5000))], timeout=3600)\n    \
        mark(len(done), len(waiting))\nasyncio.run(work())\n\
        mark(threading.Event().wait(10))\nmark(threading.Semaphore(0).acquire(timeout=10))\nraw = times";
    let found = raw(body, &["--now", "2024-01-01"]);
    let expected = ["slept", "gathered", "timed out", "1 1", "False", "False"];
    let times = ["00:00:00", "00:02:00", "00:03:00", "01:03:00", "01:03:10", "01:03:20"];
    let expected: Vec<String> = times.iter().zip(expected).map(|(time, said)| format!("02 {time} {said}")).collect();
    assert_eq!(found, value!(expected));
    assert!(
        raw("import queue\ntry:\n    queue.Queue().get(timeout=86400)\nexcept queue.Empty:\n    raw = 'empty'", &[])
            == "empty"
    );
}

#[test]
fn waiting_for_a_thread_is_real() {
    // Were the clock to go on meanwhile, the hour would be over before the thread has answered.
    let body = "import asyncio, concurrent.futures, threading\ndef count():\n    return sum(range(3000000))\n\
        async def work():\n    loop = asyncio.get_running_loop()\n    first = await asyncio.wait_for(loop.run_in_executor(None, count), 3600)\n    \
        await asyncio.sleep(86400)\n    with concurrent.futures.ThreadPoolExecutor() as pool:\n        \
        return [first, await asyncio.wait_for(asyncio.wrap_future(pool.submit(count)), 3600)]\n\
        raw = asyncio.run(work())\ndone = threading.Event()\nthreading.Thread(target=lambda: count() and done.set()).start()\n\
        raw += [done.wait(3600), str(datetime.utcnow())]";
    let sum = 4_499_998_500_000_i64;
    assert_eq!(raw(body, &["--now", "2024-01-01"]), value!([sum, sum, true, "2024-01-02 00:00:00"]));
}

#[test]
fn names_that_the_image_imports_load_when_first_used() {
    let found = raw(
        "raw = [str(datetime.now() + timedelta(days=1)), pytz.utc.zone, 'requests' in globals(), requests.codes.ok,\n'requests' in globals()]",
        &["--now", "2024-01-01"],
    );
    assert_eq!(found, value!(["2024-01-02 00:00:00", "UTC", false, 200, true]));
    let found = error("def A():\n    return unknown_name\n");
    assert_eq!(
        (&found["type"], &found["message"]),
        (&value!("NameError"), &value!("name 'unknown_name' is not defined"))
    );
}

#[test]
fn a_missing_library_ends_the_run_with_the_line_for_pip() {
    let folder = script("def A():\n    try:\n        import git\n    except Exception:\n        pass\n");
    let run = run(&folder, &["a.py", "A"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    let expected = format!(
        "this Python has no library `git`, and D3's image has; install it with `{} -m pip install gitPython`",
        python()
    );
    assert!(run.stderr.contains(&expected), "{run:?}");
    assert_eq!(error("def A():\n    import nonsense\n")["type"], "ModuleNotFoundError");
}

// Retry and schedule

#[test]
fn retries_wait_on_a_virtual_clock() {
    let folder = script(
        "def A():\n    pb.log(str(datetime.utcnow()))\n    if pb.runtime.get('retrycount', 0) < 3:\n        \
         return pb.returnOutputModel('', {'__ACTION__': '__RETRY__', '__DELAY__': [10, 20]}, '', '', '', '')\n    \
         return pb.returnOutputModel('', 'Successful', '', '', runtime is pb.runtime, '')\n",
    );
    let report = json(&folder, &["a.py", "A", "--now", "2024-01-01"]);
    let delays: Vec<&Value> =
        report["attempts"].as_array().expect("a list").iter().map(|attempt| &attempt["delay"]).collect();
    assert_eq!(delays, [&value!(10), &value!(20), &value!(20), &Value::Null]);
    assert_eq!(
        report["logs"],
        value!(["2024-01-01 00:00:00", "2024-01-01 00:00:10", "2024-01-01 00:00:30", "2024-01-01 00:00:50"])
    );
    assert_eq!((&report["output"]["rawData"], &report["attempts"][3]["outcome"]), (&value!(true), &value!("success")));
}

#[test]
fn a_retry_without_end_is_ended() {
    let folder = script(
        "def A():\n    return pb.returnOutputModel('', {'__ACTION__': '__RETRY__', '__DELAY__': []}, '', '', '', '')\n",
    );
    let report = json(&folder, &["a.py", "A"]);
    assert_eq!(
        (&report["error"]["type"], report["attempts"].as_array().map(Vec::len)),
        (&value!("RetryLimit"), Some(100))
    );
    let folder = script("def A():\n    return pb.returnOutputModel('', '__RETRY__', '', '', '', '')\n");
    let run = run(&folder, &["a.py", "A"]);
    assert_eq!(run.status, 0);
    assert!(run.stderr.contains("D3's sample asks for a retry with a dictionary, so there was no retry"), "{run:?}");
}

const INGESTION: &str = r#"{"version": 1, "kind": "integration", "commands": [{"internalName": "fetchEvent", "inputs": [
    {"parameterName": "StartTime", "parameterType": "DateTime", "required": true},
    {"parameterName": "EndTime", "parameterType": "DateTime", "required": true}],
    "eventFieldMapping": [{"fieldName": "Host", "sourceField": "$.host.name"}],
    "outputs": {"keyFields": [{"name": "hosts", "jsonPath": "$.results[*].host.name"}]}}]}"#;

fn schedule(passdown: &str, arguments: &[&str]) -> support::Run {
    let text = format!(
        "def fetchEvent(start, end):\n    raw = {{'results': [{{'host': {{'name': str(end)}}}}, {{}}]}}\n    \
         return pb.returnOutputModel('', 'Successful', '', '', raw, '', passdownData={passdown})\n"
    );
    let folder = Folder::new(&[("d3.json", INGESTION), ("script.py", &text)]);
    let fixed = [".", "fetchEvent", "--schedule", "3", "--interval", "20m", "--now", "2024-01-01 02:30:00"];
    run(&folder, &[&fixed, arguments, &["--inputs", r#"{"StartTime": "2024-01-01 00:00:00"}"#]].concat())
}

#[test]
fn a_schedule_feeds_passdown_to_the_next_run() {
    let passdown = "{'StartTime': str(min(start + timedelta(hours=1), end))}";
    let report: Value = serde_json::from_str(&schedule(passdown, &["--format", "json"]).stdout).expect("JSON");
    let row = |now: &str, start: &str, next: &str| {
        let day = |time: &str| format!("2024-01-01 {time}");
        value!({"now": day(now), "StartTime": day(start), "EndTime": day(now), "success": true,
            "passedDown": day(next), "problem": null})
    };
    let rows = [
        row("02:30:00", "00:00:00", "01:00:00"),
        row("02:50:00", "01:00:00", "02:00:00"),
        row("03:10:00", "02:00:00", "03:00:00"),
    ];
    assert_eq!(report["schedule"], value!(rows));
    assert_eq!(report["events"], value!([{"Host": "2024-01-01 03:10:00"}, {"Host": null}]));
    assert_eq!(report["keyFields"], value!({"hosts": "2024-01-01 03:10:00"}));
    let text = schedule(passdown, &[]).stdout;
    assert!(text.contains("3 runs, from 2024-01-01 00:00:00 to 2024-01-01 03:00:00: no gap, no overlap"), "{text}");
    assert!(
        text.contains("2024-01-01 02:30:00 successful: 2024-01-01 00:00:00 to 2024-01-01 01:00:00, an hour at most"),
        "{text}"
    );
}

#[test]
fn a_schedule_that_stands_still_or_leaves_gaps_is_shown() {
    let still = schedule("{}", &[]).stdout;
    assert_eq!(still.matches("stands still: passdownData has no StartTime").count(), 3, "{still}");
    let gap = schedule("{'StartTime': str(end)}", &[]).stdout;
    assert!(gap.contains("gap: 2024-01-01 01:00:00 to 2024-01-01 02:30:00 is never fetched"), "{gap}");
    let report: Value = serde_json::from_str(&schedule("{}", &["--format", "json"]).stdout).expect("JSON");
    let last = &report["schedule"][2];
    assert_eq!(last["passedDown"], Value::Null);
    assert!(last["problem"].as_str().is_some_and(|text| text.starts_with("stands still: ")), "{last}");
    let odd = schedule("{'StartTime': 'soon'}", &[]);
    assert!(odd.stderr.contains("the passdown's StartTime is 'soon', which is not in D3's format"), "{odd:?}");
}

// D3 calls

#[test]
fn the_utility_commands_of_d3s_page_work() {
    let found = raw(
        "raw = [D3.Utility.equals<Text>('a', 'a'), D3.Utility.contains<Text>('abc', 'b'), D3.Utility.GetUTCTimeNow<>(),\n\
         D3.Utility.greaterThan<Number>(8000, 8000), D3.Utility.concatToRear <Text>('Join ', 'Text'), f'{D3.Utility.GetUTCTimeNow<>()}',\n\
         D3.Utility.ExtractArtifactsToJsonObjectArrayWithArrayKeyValueO<JSON Object>({'a': 1, 'b': 2}, ['b', 'c'])]",
        &["--now", "2024-01-01"],
    );
    assert_eq!(found, value!([true, true, "2024-01-01 00:00:00", false, "Join Text", "2024-01-01 00:00:00", {"b": 2}]));
}

#[test]
fn other_calls_fail_with_the_entry_to_add() {
    let found = error("def A():\n    D3.Utility.SetIncidentField<Text>('12', ['x'])\n");
    let entry = r#"{"call": "D3.Utility.SetIncidentField", "arguments": ["12", ["x"]], "returns": {"returnData": "Successful"}}"#;
    assert!(found["message"].as_str().is_some_and(|text| text.contains(entry)), "{found}");
    assert!(
        error("def A():\n    D3.Utility.equals<Text>('12')\n")["message"]
            .as_str()
            .is_some_and(|text| text.contains("takes 2 arguments, and 1 were given"))
    );
}

#[test]
fn integration_calls_run_the_same_script_and_are_refused_elsewhere() {
    let text = "def A():\n    raw = D3.Integration.Own.B('x')\n    return pb.returnOutputModel('', '', '', '', raw, '')\n\
        def B(a, b):\n    pb.log(a)\n    return pb.returnOutputModel([a, b], 'Successful', '', '', {}, '')\n\
        def C():\n    return D3.Integration.Other.B(1)\ndef E():\n    return D3.Integration.Own.Nope(1)\n";
    let manifest = r#"{"version": 1, "kind": "integration", "name": "Own", "commands": [{"internalName": "A"}, {"internalName": "C"},
        {"internalName": "E"}, {"internalName": "B", "inputs": [{"parameterName": "a"}, {"parameterName": "b", "parameterType": "Number", "default": "5"}]}]}"#;
    let folder = Folder::new(&[("d3.json", manifest), ("script.py", text)]);
    let report = json(&folder, &[".", "A"]);
    let expected = value!({"result": ["x", 5], "returnData": "Successful", "keyFields": "", "contextData": "", "rawData": {}, "errors": "", "passdownData": {}});
    assert_eq!((&report["output"]["rawData"], &report["logs"]), (&expected, &value!(["x"])), "{report:#}");
    let message =
        |command: &str| json(&folder, &[".", command])["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert!(message("C").contains("own integration, which is Own; D3 refuses it"));
    assert!(message("E").contains("the integration has no command Nope"));
    let utility = Folder::new(&[("a.py", "# d3: utility\ndef A():\n    return D3.Integration.Own.B(1)\n")]);
    let report = json(&utility, &["a.py", "A"]);
    assert!(
        report["error"]["message"]
            .as_str()
            .is_some_and(|text| text.contains("a utility command can't call integration commands"))
    );
}

#[test]
fn a_live_run_needs_a_live_script() {
    let manifest = |more: &str| {
        format!(r#"{{"version": 1, "kind": "integration", {more} "commands": [{{"internalName": "A"}}]}}"#)
    };
    let body = |word: &str| format!("def A():\n    return pb.returnOutputModel('{word}', '', '', '', '', '')\n");
    let folder = Folder::new(&[("d3.json", &manifest("")), ("script.py", &body("draft")), ("live.py", &body("live"))]);
    let refused = run(&folder, &[".", "A", "--live"]);
    assert!(refused.status == 2 && refused.stderr.contains("`A` is a Draft and has no `liveScript`"), "{refused:?}");
    folder.write("d3.json", manifest(r#""liveScript": "live.py","#));
    assert_eq!(json(&folder, &[".", "A", "--live"])["output"]["result"], "live");
    assert_eq!(json(&folder, &[".", "A"])["output"]["result"], "draft");
}

// Secrets and Pythons

#[test]
fn secrets_are_shown_nowhere() {
    let manifest = r#"{"version": 1, "kind": "integration", "connection": [{"displayName": "API Key", "secret": true}], "commands": [{"internalName": "A"}]}"#;
    let text = "def A():\n    key = runtime['connector']['apikey']\n    pb.log(key)\n    print(key)\n    return pb.returnOutputModel(key, '', '', '', {key: [key]}, 'no ' + key)\n";
    let folder = Folder::new(&[("d3.json", manifest), ("script.py", text)]);
    let arguments = [".", "A", "--connection", r#"{"apikey": "t0p-secret", "apikye": 1}"#];
    for format in [&["--format", "json"][..], &[]] {
        let run = run(&folder, &[&arguments, format].concat());
        assert!(!format!("{run:?}").contains("t0p-secret") && run.stdout.matches("[redacted]").count() >= 5, "{run:?}");
        assert!(run.stderr.contains("no connection parameter `apikye`; did you mean `apikey`?"), "{run:?}");
    }
}

#[test]
fn the_only_command_needs_no_name() {
    let body = "    return pb.returnOutputModel('mine', '', '', '', '', '')\n";
    let folder = script(&format!("def _own():\n    return 1\n\ndef A():\n{body}"));
    let found = run(&folder, &["a.py"]);
    assert!(found.stdout.starts_with("A: successful"), "{found:?}");
    folder.write(
        "b/d3.json",
        r#"{"version": 1, "kind": "utility", "commands": [{"internalName": "B"}, {"internalName": "C"}]}"#,
    );
    folder.write("b/B.py", format!("def B():\n{body}"));
    let found = run(&folder, &["b/B.py"]);
    assert!(found.stdout.starts_with("B: successful"), "{found:?}");
    folder.write("none.py", "X = 1\n");
    for (path, message) in [
        ("b", "b has 2 commands; name one of them: B, C"),
        (
            "none.py",
            "none.py has no command; a command is a function at the top level that returns `pb.returnOutputModel(...)`",
        ),
    ] {
        let refused = run(&folder, &[path]);
        assert_eq!((refused.status, refused.stderr), (2, format!("error: {message}\n")), "{path}");
    }
}

#[cfg(unix)]
#[test]
fn a_python_counts_only_if_it_runs() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = script("def A():\n    return pb.returnOutputModel('', '', '', '', '', '')\n");
    folder.write("shim/python3.9", "#!/bin/sh\nexit 127\n");
    let shim = folder.path().join("shim/python3.9");
    std::fs::set_permissions(&shim, std::fs::Permissions::from_mode(0o755)).expect("permissions");
    let with_path = |path: &str| {
        let mut command = folder.command(&["run", "a.py", "A"]);
        command.env("PATH", path);
        support::finish(command, b"")
    };
    let none = with_path("shim");
    assert!(none.status == 2 && none.stderr.contains("no Python 3.9 or later was found (tried"), "{none:?}");
    std::fs::create_dir(folder.path().join("real")).expect("a folder");
    let real = std::fs::canonicalize(python()).expect("the real Python");
    symlink(real, folder.path().join("real/python3.9")).expect("a link");
    let found =
        with_path(&format!("{}:{}", shim.parent().expect("a folder").display(), folder.path().join("real").display()));
    assert_eq!((found.status, found.stderr.as_str()), (0, ""), "{found:?}");
    let named = folder.run(&["run", "a.py", "A", "--python", "shim/python3.9"]);
    assert!(named.status == 2 && named.stderr.contains("shim/python3.9: it does not run"), "{named:?}");
}

#[cfg(unix)]
#[test]
fn a_wrapper_gives_its_python_what_it_needs() {
    use std::os::unix::fs::PermissionsExt;
    let folder =
        script("import only_here\ndef A():\n    return pb.returnOutputModel(only_here.WORD, '', '', '', '', '')\n");
    folder.write("libraries/only_here.py", "WORD = 'found'\n");
    let libraries = folder.path().join("libraries");
    let wrapper = format!("#!/bin/sh\nPYTHONPATH={} exec {} \"$@\"\n", libraries.display(), python());
    folder.write("wrapper", wrapper);
    let path = folder.path().join("wrapper");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("permissions");
    let run = folder.run(&["run", "a.py", "A", "--python", "./wrapper"]);
    assert!(run.status == 0 && run.stdout.contains("result found"), "{run:?}");
}

#[test]
fn the_time_limit_shows_where_the_script_stood() {
    let folder = script("def work():\n    while True:\n        pass\ndef A():\n    pb.log('begun')\n    work()\n");
    folder.write("d3ls.toml", "[runner]\ntimeout = 1\n");
    let report = json(&folder, &["a.py", "A"]);
    assert_eq!((&report["error"]["type"], &report["logs"]), (&value!("Timeout"), &value!(["begun"])));
    let frames = report["error"]["traceback"].as_array().expect("a list");
    assert_eq!((&frames[0]["line"], &frames[1]["function"]), (&value!(7), &value!("work")), "{frames:?}");
}
