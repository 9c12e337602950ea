//! Actions that bring script and manifest together.

use expect_test::expect;

use super::super::manifest_actions;
use super::{ACME, Both, MODEL, acme_with, golden, golden_with, is_offered, titles};
use crate::text::{TextRange, TextSize};

#[test]
fn a_missing_function_is_created() {
    golden(
        "import json\n\n\ndef TestConnection():\n    return json\n$0",
        "Create the function `CheckDevice`",
        expect![[r#"
            import json


            def TestConnection():
                return json


            def CheckDevice(hostname, limit):
                try:
                    result = {"hostname": hostname, "limit": limit}
                    return pb.returnOutputModel(result, "Successful", "", "", result, "")
                except Exception as error:
                    return pb.returnOutputModel("", "Failed", "", "", "", str(error))
        "#]],
    );
    golden(
        "$0",
        "Create the function `fetchEvent`",
        expect![[r#"
        def fetchEvent(StartTime, EndTime):
            try:
                result = {"StartTime": StartTime, "EndTime": EndTime}
                return pb.returnOutputModel(result, "Successful", "", "", result, "", passdownData={"StartTime": EndTime.strftime("%Y-%m-%d %H:%M:%S")})
            except Exception as error:
                return pb.returnOutputModel("", "Failed", "", "", "", str(error))
    "#]],
    );
    golden(
        "x = D3.Integration.AcmeEDR.Check$0Device()",
        "Create the function `CheckDevice`",
        expect![[r#"
        x = D3.Integration.AcmeEDR.CheckDevice()


        def CheckDevice(hostname, limit):
            try:
                result = {"hostname": hostname, "limit": limit}
                return pb.returnOutputModel(result, "Successful", "", "", result, "")
            except Exception as error:
                return pb.returnOutputModel("", "Failed", "", "", "", str(error))
    "#]],
    );
    golden_with(
        "$0",
        Some(&acme_with(&["host name", "class"])),
        "Create the function `CheckDevice`",
        expect![[r#"
        def CheckDevice(*args):
            try:
                result = {}
                return pb.returnOutputModel(result, "Successful", "", "", result, "")
            except Exception as error:
                return pb.returnOutputModel("", "Failed", "", "", "", str(error))
    "#]],
    );
    assert_eq!(titles("def CheckDevice(a, b):\n    return $0a\n"), Vec::<String>::new());
    assert_eq!(titles("x = 1$0 + 2\n"), Vec::<String>::new());
    assert_eq!(titles("x = '''\n\n$0"), Vec::<String>::new());
    assert!(is_offered("CheckDe$0vice(1)\n", "Create the function `CheckDevice`"));
    assert!(!is_offered("CheckDe$0vice(1)\n", "Create the function `fetchEvent`"));
}

#[test]
fn a_missing_function_is_created_from_the_manifest() {
    let both = Both::new("", Some(ACME));
    let at = TextSize::try_from(ACME.find("Check Device").expect("the command")).expect("small");
    let offered = manifest_actions(&both.report.analysis, TextRange::empty(at));
    let [action] = &offered[..] else { panic!("{offered:?}") };
    assert_eq!(action.title, "Create the function `CheckDevice`");
    assert!(both.after(action).script.starts_with("def CheckDevice(hostname, limit):\n"));
}

#[test]
fn an_input_is_added_for_a_parameter() {
    let text = |parameters: &str| {
        format!("def CheckDevice({parameters}):\n    return {MODEL}(hostname + extra, '', '', '', limit, '')\n")
    };
    let title = "Add the input `extra` to the manifest";
    golden(
        &text("hostname, limit, ex$0tra"),
        title,
        expect![[r#"
        def CheckDevice(hostname, limit, extra):
            return pb.returnOutputModel(hostname + extra, '', '', '', limit, '')
        --- d3.json
        -      {"parameterName": "limit", "parameterType": "Number", "default": "10", "description": "At most so many | all."}
        +      {"parameterName": "limit", "parameterType": "Number", "default": "10", "description": "At most so many | all."},
        +      {"parameterName": "extra"}
    "#]],
    );
    golden(
        &text("hostname, ex$0tra, limit"),
        title,
        expect![[r#"
        def CheckDevice(hostname, extra, limit):
            return pb.returnOutputModel(hostname + extra, '', '', '', limit, '')
        --- d3.json
        +      {"parameterName": "extra"},
    "#]],
    );
    golden(
        &text("hostname, limit, extra$0=None"),
        title,
        expect![[r#"
        def CheckDevice(hostname, limit, extra=None):
            return pb.returnOutputModel(hostname + extra, '', '', '', limit, '')
        --- d3.json
        -      {"parameterName": "limit", "parameterType": "Number", "default": "10", "description": "At most so many | all."}
        +      {"parameterName": "limit", "parameterType": "Number", "default": "10", "description": "At most so many | all."},
        +      {"parameterName": "extra"}
    "#]],
    );
    assert!(!is_offered(&text("limit, hostname, ex$0tra"), title));
    assert!(!is_offered(&text("hostname, limit, other, ex$0tra"), title));
    assert!(!is_offered("def CheckDevice(hostname, limit, ex$0tra): return hostname", title));
}

#[test]
fn a_command_is_added_for_a_function() {
    let title = "Add the command `LookUp` to the manifest";
    let body = format!("return {MODEL}(host, 'Successful', '', '', limit, '')");
    golden(
        &format!("def Look$0Up(host, limit):\n    {body}\n\n\ndef TestConnection():\n    return LookUp(1, 2)\n"),
        title,
        expect![[r#"
            def LookUp(host, limit):
                return pb.returnOutputModel(host, 'Successful', '', '', limit, '')


            def TestConnection():
                return LookUp(1, 2)
            --- d3.json
            -    ]}
            +    ]},
            +    {
            +      "internalName": "LookUp",
            +      "inputs": [
            +        {
            +          "parameterName": "host"
            +        },
            +        {
            +          "parameterName": "limit"
            +        }
            +      ]
            +    }
        "#]],
    );
    golden(
        &format!("def Look$0Up(*args):\n    host = args[0]\n    limit = args[1]\n    {body}\n"),
        title,
        expect![[r#"
        def LookUp(*args):
            host = args[0]
            limit = args[1]
            return pb.returnOutputModel(host, 'Successful', '', '', limit, '')
        --- d3.json
        -    ]}
        +    ]},
        +    {
        +      "internalName": "LookUp",
        +      "inputs": [
        +        {
        +          "parameterName": "host"
        +        },
        +        {
        +          "parameterName": "limit"
        +        }
        +      ]
        +    }
    "#]],
    );
    golden(
        &format!("def Look$0Up(*args):\n    host, limit = args\n    {body}\n"),
        title,
        expect![[r#"
        def LookUp(*args):
            host, limit = args
            return pb.returnOutputModel(host, 'Successful', '', '', limit, '')
        --- d3.json
        -    ]}
        +    ]},
        +    {
        +      "internalName": "LookUp",
        +      "inputs": [
        +        {
        +          "parameterName": "host"
        +        },
        +        {
        +          "parameterName": "limit"
        +        }
        +      ]
        +    }
    "#]],
    );
    for not in [
        format!("def Look$0Up(*args):\n    host = args[0]\n    limit = args[2]\n    {body}\n"),
        format!("def Look$0Up(*args):\n    host = args[0]\n    limit = len(args)\n    {body}\n"),
        format!("def Look$0Up(*args):\n    {}\n", body.replace("host", "args[0]")),
        "def Look$0Up(host, limit):\n    return 1\n".to_owned(),
        format!("class A:\n    def Look$0Up(host, limit):\n        {body}\n"),
    ] {
        assert!(!is_offered(&not, title), "{not}");
    }
}

#[test]
fn parameters_and_inputs_come_into_one_order() {
    let text = |parameters: &str, more: &str| {
        format!("def Check$0Device({parameters}):\n    return {MODEL}(hostname, '', '', '', limit, '')\n{more}")
    };
    let title = "Bring the parameters into the order of the manifest's inputs";
    golden(
        &text("limit, hostname: str", ""),
        title,
        expect![[r#"
        def CheckDevice(hostname: str, limit):
            return pb.returnOutputModel(hostname, '', '', '', limit, '')
    "#]],
    );
    golden(
        &text("limit=1, hostname=(\"é🚒\", )", "CheckDevice(hostname=1)\n"),
        title,
        expect![[r#"
        def CheckDevice(hostname=("é🚒", ), limit=1):
            return pb.returnOutputModel(hostname, '', '', '', limit, '')
        CheckDevice(hostname=1)
    "#]],
    );
    golden(
        &text("limit, hostname", ""),
        "Bring the manifest's inputs into the order of the parameters",
        expect![[r#"
            def CheckDevice(limit, hostname):
                return pb.returnOutputModel(hostname, '', '', '', limit, '')
            --- d3.json
            -      {"parameterName": "hostname", "displayName": "Host Name", "required": true, "sampleData": "srv-01"},
            -      {"parameterName": "limit", "parameterType": "Number", "default": "10", "description": "At most so many | all."}
            +      {"parameterName": "limit", "parameterType": "Number", "default": "10", "description": "At most so many | all."},
            +      {"parameterName": "hostname", "displayName": "Host Name", "required": true, "sampleData": "srv-01"}
        "#]],
    );
    assert!(!is_offered(&text("limit, hostname=1", ""), title));
    assert!(!is_offered(&text("limit, hostname", "CheckDevice(1, 2)\n"), title));
    assert!(!is_offered(&text("limit,  # how many\n    hostname", ""), title));
    assert!(!is_offered(&text("hostname, limit", ""), title));
    assert!(!is_offered(&text("limit, host", ""), title));
}
