//! Comments that ignore findings.

use expect_test::expect;

use super::super::suppressions;
use super::{Both, golden, is_offered, titles};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::text::{TextRange, TextSize, apply};

#[test]
fn a_finding_is_ignored_on_its_line() {
    let title = "Ignore D3201 here";
    golden(
        "class API$0Error: pass\n",
        title,
        expect![[r#"
        class APIError: pass  # d3: ignore[D3201]
    "#]],
    );
    golden(
        "class API$0Error: pass  # why\n",
        title,
        expect![[r#"
        class APIError: pass  # why  # d3: ignore[D3201]
    "#]],
    );
    golden(
        "class API$0Error: pass  # d3: ignore\n",
        title,
        expect![[r#"
        class APIError: pass  # d3: ignore[D3201]
    "#]],
    );
    golden(
        "class API$0Error: input = print  # why  # d3: ignore[D3312]\n",
        title,
        expect![[r#"
        class APIError: input = print  # why  # d3: ignore[D3312, D3201]
    "#]],
    );
    assert!(!is_offered("class API$0Error: pass  # d3: ignore-file[D3101]\n", title));
    assert!(!is_offered("class API$0Error: pass  # d3: integration\n", title));
    assert!(!is_offered("class API$0Error \\\n    : pass\n", title));
    assert!(!titles("x = = 1$0\n").iter().any(|title| title.starts_with("Ignore")));
}

#[test]
fn a_finding_over_several_lines_is_ignored_where_a_comment_can_stand() {
    let ignored = |text: &str| {
        let both = Both::new(text, None);
        let size = |at: usize| TextSize::try_from(at).expect("small");
        let found = Diagnostic {
            code: "D3302",
            rule: "discarded-output-model",
            severity: Severity::Error,
            message: String::new(),
            place: Place::Script,
            range: TextRange::new(size(0), size(text.trim_end().len())),
            related: Vec::new(),
            fixes: Vec::new(),
        };
        let offered = suppressions(&both.report.analysis, &found);
        assert_eq!(offered[0].title, "Ignore D3302 here");
        apply(text, offered[0].edits.iter().map(|(_, edit)| edit))
    };
    assert_eq!(ignored("pb.f(1,\n  2)\n"), "pb.f(1,  # d3: ignore[D3302]\n  2)\n");
    assert_eq!(ignored("pb.f(1,\t\r\n  2)\r\n"), "pb.f(1,  # d3: ignore[D3302]\r\n  2)\r\n");
    assert_eq!(ignored("pb \\\n  .f(2)\n"), "pb \\\n  .f(2)  # d3: ignore[D3302]\n");
    assert_eq!(ignored("pb.f('''\n''')\n"), "pb.f('''\n''')  # d3: ignore[D3302]\n");
    assert_eq!(ignored("pb.f('\\\n')"), "pb.f('\\\n')  # d3: ignore[D3302]");
    assert_eq!(ignored("pb.f(f'''{\n1}''')\n"), "pb.f(f'''{\n1}''')  # d3: ignore[D3302]\n");
    assert_eq!(ignored("pb.f(1,  # why \\\n  2)\n"), "pb.f(1,  # why \\  # d3: ignore[D3302]\n  2)\n");
}

#[test]
fn a_finding_is_ignored_in_the_file() {
    let title = "Ignore D3201 in this file";
    golden(
        "class API$0Error: pass\n",
        title,
        expect![[r#"
        # d3: ignore-file[D3201]
        class APIError: pass
    "#]],
    );
    golden(
        "#!/usr/bin/python\n# d3: integration\nclass API$0Error: pass\n",
        title,
        expect![[r#"
        #!/usr/bin/python
        # d3: integration
        # d3: ignore-file[D3201]
        class APIError: pass
    "#]],
    );
    golden(
        "# d3: ignore-file[D3312]\nprint(1)\nclass API$0Error: pass\n",
        title,
        expect![[r#"
        # d3: ignore-file[D3312, D3201]
        print(1)
        class APIError: pass
    "#]],
    );
}
