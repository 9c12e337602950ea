//! Actions that write a script in another way.

use expect_test::expect;

use super::super::ActionKind;
use super::{ACME, Both, MODEL, acme_with, golden, golden_with, is_offered, titles};
use crate::text::{TextRange, TextSize};

#[test]
fn args_become_named_parameters() {
    let title = "Name the parameters after the manifest's inputs";
    let text = |body: &str| {
        format!(
            "def CheckDevice(*ar$0gs):\n    {}\n    return {MODEL}(x, '', '', '', '', '')\n",
            body.replace('\n', "\n    ")
        )
    };
    golden(
        &text("x = f\"{args[0]}\" + str(args[1])"),
        title,
        expect![[r#"
        def CheckDevice(hostname, limit):
            x = f"{hostname}" + str(limit)
            return pb.returnOutputModel(x, '', '', '', '', '')
    "#]],
    );
    golden(
        &text("hostname = args[0]\nlimit = args[1]  # how many\nx = hostname or limit"),
        title,
        expect![[r#"
        def CheckDevice(hostname, limit):
            # how many
            x = hostname or limit
            return pb.returnOutputModel(x, '', '', '', '', '')
    "#]],
    );
    golden(
        &text("host = args[0]\nhost = host.lower()\nx = (host, args[1], args[0])"),
        title,
        expect![[r#"
        def CheckDevice(hostname, limit):
            host = hostname
            host = host.lower()
            x = (host, limit, hostname)
            return pb.returnOutputModel(x, '', '', '', '', '')
    "#]],
    );
    golden(
        &text("hostname, limit = args\nx = hostname or limit"),
        title,
        expect![[r#"
        def CheckDevice(hostname, limit):
            x = hostname or limit
            return pb.returnOutputModel(x, '', '', '', '', '')
    "#]],
    );
    golden(
        &text("h, hostname = args\nx = h or hostname"),
        title,
        expect![[r#"
        def CheckDevice(hostname, limit):
            h, hostname = hostname, limit
            x = h or hostname
            return pb.returnOutputModel(x, '', '', '', '', '')
    "#]],
    );
    golden(
        &text("try:\n    hostname = args[0]\nfinally:\n    limit = args[1]; x = hostname or limit"),
        title,
        expect![[r#"
            def CheckDevice(hostname, limit):
                try:
                    pass
                finally:
                    pass; x = hostname or limit
                return pb.returnOutputModel(x, '', '', '', '', '')
        "#]],
    );
    golden(
        &text("x = args[1]if args[0]else 2"),
        title,
        expect![[r#"
        def CheckDevice(hostname, limit):
            x = limit if hostname else 2
            return pb.returnOutputModel(x, '', '', '', '', '')
    "#]],
    );
    for not in [
        "x = args",
        "x = args[0], args[2]",
        "x = args[0]",
        "x = args[0], args[1], len(args)",
        "x = args[0], args[1:]",
        "x = args[0], args[-1]",
        "hostname = 1\nx = args[0], args[1]",
        "x = [hostname for hostname in args[0]], args[1]",
        "hostname = args[0]\nhostname = hostname.lower()\nx = args[0], args[1]",
        "for i in args[1]:\n    hostname = args[0]\n    hostname += '1'\nx = 1",
        "a, b, c = args\nx = a",
        "a, *b = args\nx = a",
        "x = args[0], args[1]\nargs = 1",
    ] {
        assert!(!is_offered(&text(not), title), "{not}");
    }
    let whole = text("x = args[0], args[1]");
    assert!(is_offered(&whole, title));
    assert!(is_offered(&format!("{whole}\n\nCheckDevice(1, 2)\n"), title));
    for not in ["CheckDevice(1)", "CheckDevice(*[1, 2])", "x = CheckDevice"] {
        assert!(!is_offered(&format!("{whole}\n\n{not}\n"), title), "{not}");
    }
    assert!(!is_offered(&whole.replace("*ar$0gs", "*ar$0gs, limit=1"), title));
}

#[test]
fn named_parameters_become_args() {
    let title = "Take the inputs as `*args`";
    let text = |parameters: &str, body: &str| {
        format!("def Check$0Device({parameters}):\n    {body}return {MODEL}(hostname, '', '', '', limit, '')\n")
    };
    golden(
        &text("hostname, limit", ""),
        title,
        expect![[r#"
        def CheckDevice(*args):
            hostname, limit = args
            return pb.returnOutputModel(hostname, '', '', '', limit, '')
    "#]],
    );
    golden(
        &text("hostname, limit, **more", "\"\"\"Looks a\n    device up.\"\"\"\n    # first\n    "),
        title,
        expect![[r#"
        def CheckDevice(*args, **more):
            """Looks a
            device up."""
            # first
            hostname, limit = args
            return pb.returnOutputModel(hostname, '', '', '', limit, '')
    "#]],
    );
    golden_with(
        &format!("def Check$0Device(\n    hostname,\n):\n    return {MODEL}(hostname, '', '', '', '', '')\n"),
        Some(&acme_with(&["hostname"])),
        title,
        expect![[r#"
            def CheckDevice(
                *args,
            ):
                (hostname,) = args
                return pb.returnOutputModel(hostname, '', '', '', '', '')
        "#]],
    );
    for not in ["hostname, limit=1", "hostname: str, limit", "hostname, limit, *, a=1", "hostname", "hostname, args"] {
        assert!(!is_offered(&text(not, ""), title), "{not}");
    }
    assert!(!is_offered("def Check$0Device(hostname, limit): return hostname", title));
}

#[test]
fn a_body_is_wrapped_in_try() {
    let title = "Return a failed output model for every exception";
    golden(
        &format!(
            "def Check$0Device(hostname, limit):\n    \"\"\"Looks it\n    up.\"\"\"\n    # all of it\n    text = \"\"\"a\n    b {{}}\n\"\"\" + f'''{{limit\n    }}'''\n\n    if text:\n        x = (1,\n             2)\n    return {MODEL}(\n        text, '', '', '', x, '',\n    )  # done\n"
        ),
        title,
        expect![[r#"
            def CheckDevice(hostname, limit):
                """Looks it
                up."""
                # all of it
                try:
                    text = """a
                b {}
            """ + f'''{limit
                }'''

                    if text:
                        x = (1,
                             2)
                    return pb.returnOutputModel(
                        text, '', '', '', x, '',
                    )  # done
                except Exception as error:
                    return pb.returnOutputModel("", "Failed", "", "", "", str(error))
        "#]],
    );
    golden(
        &format!("def Check$0Device(hostname, error):\n    return {MODEL}(hostname, '', '', '', error, '')"),
        title,
        expect![[r#"
        def CheckDevice(hostname, error):
            try:
                return pb.returnOutputModel(hostname, '', '', '', error, '')
            except Exception as exception:
                return pb.returnOutputModel("", "Failed", "", "", "", str(exception))"#]],
    );
    golden_with(
        &format!("def do$0It():\n    return {MODEL}('', '', '', '', '', '')\n"),
        None,
        title,
        expect![[r#"
        def doIt():
            try:
                return pb.returnOutputModel('', '', '', '', '', '')
            except Exception as error:
                return pb.returnOutputModel("", "Failed", "", "", "", str(error))
    "#]],
    );
    for not in [
        "try:\n        x = 1\n    except Exception:\n        x = 2",
        "try:\n        x = 1\n    except (ValueError, Exception):\n        x = 2",
        "try:\n        x = 1\n    except:\n        x = 2",
        "pass",
    ] {
        assert!(!is_offered(&format!("def Check$0Device(hostname, limit):\n    {not}\n"), title), "{not}");
    }
    assert!(is_offered(
        "def Check$0Device(a, b):\n    try:\n        x = 1\n    except KeyError:\n        x = 2\n",
        title
    ));
    assert!(!is_offered("def Check$0Device(hostname, limit): return hostname\n", title));
    assert!(!is_offered(&format!("def hel$0per(hostname):\n    return hostname + {MODEL}\n"), title));
}

#[test]
fn a_secret_moves_to_the_connection() {
    let title = |key: &str| format!("Move it to the connection parameter `{key}`");
    golden(
        "CLIENT_SECRET = \"s3cr$0et\"\n",
        &title("clientsecret"),
        expect![[r#"
        CLIENT_SECRET = runtime["connector"]["clientsecret"]
        --- d3.json
        -    {"displayName": "Tenant ID", "parameterName": "tenant_id"}
        +    {"displayName": "Tenant ID", "parameterName": "tenant_id"},
        +    {"parameterName": "clientsecret", "required": true, "secret": true}
    "#]],
    );
    golden(
        "def f():\n    return dict(pass$0word='''é🚒''')\n",
        &title("password"),
        expect![[r#"
        def f():
            return dict(password=runtime['connector']['password'])
        --- d3.json
        -    {"displayName": "Tenant ID", "parameterName": "tenant_id"}
        +    {"displayName": "Tenant ID", "parameterName": "tenant_id"},
        +    {"parameterName": "password", "required": true, "secret": true}
    "#]],
    );
    golden(
        "x = {'api-key': 'a'$0}\n",
        &title("apikey"),
        expect![[r#"
        x = {'api-key': runtime['connector']['apikey']}
    "#]],
    );
    golden(
        "tok$0en: str = ('abc'\n    'def')\n",
        &title("token"),
        expect![[r#"
        token: str = (runtime['connector']['token'])
        --- d3.json
        -    {"displayName": "Tenant ID", "parameterName": "tenant_id"}
        +    {"displayName": "Tenant ID", "parameterName": "tenant_id"},
        +    {"parameterName": "token", "required": true, "secret": true}
    "#]],
    );
    let optional = ACME.replace("\"required\": true, \"secret\": true", "\"secret\": true");
    golden_with(
        "API_KEY = 'a$0bc'\n",
        Some(&optional),
        &title("apikey"),
        expect![[r#"
        API_KEY = runtime['connector'].get('apikey', '')
    "#]],
    );
    golden_with(
        "API_KEY = 'a$0bc'\n",
        None,
        &title("apikey"),
        expect![[r#"
        API_KEY = runtime['connector']['apikey']
    "#]],
    );
    for not in ["password = $0''\n", "name = 'a$0bc'\n", "password = f'{x}$0'\n", "password = b'$0a'\n"] {
        assert!(!titles(not).iter().any(|title| title.starts_with("Move")), "{not}");
    }
    let utility = ACME.replace("\"integration\"", "\"utility\"");
    let offered = Both::new("password = 'abc'\n", Some(&utility)).actions(TextRange::empty(TextSize::new(2)));
    assert!(!offered.iter().any(|action| action.kind == ActionKind::Extract), "{offered:?}");
}
