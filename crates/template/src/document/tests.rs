use serde_json::{Value, json};

use super::normalise;

fn value(yaml: &str) -> Value {
    normalise(&format!("V: {yaml}\n")).unwrap()["V"].clone()
}

#[test]
fn short_forms_become_long_ones() {
    for (yaml, long) in [
        ("!Ref A", json!({"Ref": "A"})),
        ("!Condition C", json!({"Condition": "C"})),
        ("!GetAtt A.B.C", json!({"Fn::GetAtt": ["A", "B.C"]})),
        ("!GetAtt [A, B]", json!({"Fn::GetAtt": ["A", "B"]})),
        ("{'Fn::GetAtt': A.B}", json!({"Fn::GetAtt": ["A", "B"]})),
        ("!GetAZs", json!({"Fn::GetAZs": ""})),
        ("{'Fn::GetAZs': null}", json!({"Fn::GetAZs": ""})),
        ("!GetAZs ''", json!({"Fn::GetAZs": ""})),
        ("!Sub 'x${A}'", json!({"Fn::Sub": "x${A}"})),
        (
            "!Not [!Equals [!Ref A, '']]",
            json!({"Fn::Not": [{"Fn::Equals": [{"Ref": "A"}, ""]}]}),
        ),
        (
            "!Base64\n  Fn::Sub: |\n    a\n",
            json!({"Fn::Base64": {"Fn::Sub": "a\n"}}),
        ),
        (
            "!If [C, !Select [0, !Split [',', 'a,b']], !Ref 'AWS::NoValue']",
            json!({"Fn::If": [
                "C",
                {"Fn::Select": [0, {"Fn::Split": [",", "a,b"]}]},
                {"Ref": "AWS::NoValue"},
            ]}),
        ),
        (
            "!Transform {Name: M}",
            json!({"Fn::Transform": {"Name": "M"}}),
        ),
    ] {
        assert_eq!(value(yaml), long, "{yaml}");
    }
}

#[test]
fn scalars_keep_what_they_say() {
    assert_eq!(value("2010-09-09"), json!("2010-09-09"));
    assert_eq!(value("0644"), json!("0644"));
    assert_eq!(value("!!str 80"), json!("80"));
    assert_eq!(value("no"), json!("no"));
    assert_eq!(value("80"), json!(80));
    assert_eq!(value("true"), json!(true));
    assert_eq!(
        value("123456789012345678901234567890"),
        json!("123456789012345678901234567890")
    );
    assert_eq!(
        value("{123456789012: a, 0644: b}"),
        json!({"123456789012": "a", "0644": "b"})
    );
}

#[test]
fn json_and_yaml_come_out_alike() {
    let yaml = "Resources:\n  A:\n    Type: T\n    Properties: {B: !GetAtt C.D}\n";
    let json = r#"{"Resources":{"A":{"Type":"T","Properties":{"B":{"Fn::GetAtt":"C.D"}}}}}"#;
    assert_eq!(normalise(yaml), normalise(json));
    assert_eq!(normalise(&format!("\u{feff} \n{json}")), normalise(json));
}

#[test]
fn refusals_say_where() {
    for (text, said) in [
        (
            "Resources:\n  A:\n    Type: x\n    Type: y\n",
            "Template format error: the key 'Type' is there twice; remove or rename one \
             (at Resources.A.Type, line 4)",
        ),
        (
            "{\"Resources\": {\n\"A\": 1,\n\"A\": 2}}",
            "Template format error: the key 'A' is there twice; remove or rename one \
             (at Resources.A, line 3)",
        ),
        (
            "Resources:\n  A:\n    - !Reff B\n",
            "Template format error: the tag '!Reff' is no intrinsic function; quote the text if \
             it is text (at Resources.A.0, line 3)",
        ),
        (
            "Resources:\n  A:\n",
            "Template format error: 'null' values are not allowed in templates \
             (at Resources.A, line 2)",
        ),
        (
            "",
            "Template format error: a template is an object of sections, not a value",
        ),
        (
            "- a",
            "Template format error: a template is an object of sections, not a value",
        ),
    ] {
        assert_eq!(normalise(text).unwrap_err().to_string(), said);
    }
    let open = normalise("{\"A\":\n [1,").unwrap_err();
    assert!(
        open.message
            .starts_with("Template format error: JSON not well-formed."),
        "{open}"
    );
    assert_eq!((open.path.as_deref(), open.line), (Some("A.1"), Some(2)));
    let two = normalise("a: b\n---\nc: d\n").unwrap_err();
    assert!(
        two.message
            .starts_with("Template format error: YAML not well-formed."),
        "{two}"
    );
}

#[test]
fn depth_is_bounded() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!(
            "{{\"a\":{}1{}}}",
            open.repeat(100_000),
            close.repeat(100_000)
        );
        assert!(normalise(&deep).is_err());
    }
    assert!(normalise(&format!("a: {}", "[".repeat(100_000))).is_err());
}
