//! Scripts, played on one instance: what the shell does, what it refuses.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::World;
use crate::cloudformation::request::CreateStack;
use crate::parameters::Parameters;
use crate::world::{Place, default_start};

/// Boots one instance with this user data; its console without the times, and the seconds
/// from its launch to its last word.
fn boot(script: &str) -> (Vec<String>, i64) {
    let mut world = World::new(3, default_start(), Parameters::default());
    let place = Place {
        account: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
    };
    let template = json!({ "Resources": { "Box": {
        "Type": "AWS::EC2::Instance",
        "Properties": { "ImageId": "ami-1", "UserData": STANDARD.encode(script) },
    } } });
    let request = CreateStack {
        stack_name: "shop".to_owned(),
        template_body: Some(template.to_string()),
        ..CreateStack::default()
    };
    (world.on(&place, |region, moment| {
        region.create_stack(request, moment)
    }))
    .unwrap();
    world.settle();
    let truth = world.on(&place, |region, _| region.truth());
    let id = truth["instances"][0]["InstanceId"].as_str().unwrap();
    let lines = world.boots.console(&place, id, 100);
    let at = |line: &String| chrono::DateTime::parse_from_rfc3339(&line[..20]).unwrap();
    let span = at(lines.last().unwrap()) - at(&lines[0]);
    let texts = lines.iter().map(|line| line[21..].to_owned()).collect();
    (texts, span.num_seconds())
}

/// What a script says, its last line being how it ended.
fn said(script: &str) -> Vec<String> {
    boot(&format!("#!/bin/bash\n{script}")).0
}

#[test]
fn variables_conditions_loops_and_functions_do_what_a_shell_does() {
    let script = r#"
# a comment; and one line \
name="web one"   # not a part of it
for role in web ${ROLES:-jobs db}; do
  if [ "$role" = jobs ]; then continue; elif [ "$role" = db ]; then break; fi
  echo "$name: $role"
done
count=0
until [ "$count" -ge 3 ]; do count=$((count + 1)); done
greet() { echo "hello $1 of $#"; return 3; }
greet you and || echo "returned $?"
false || echo one && echo two
true || echo never && echo three
echo "${name// /-}" 'a $b' "c\$d" $(echo e f | tr ' ' -)
cat > /etc/motd <<END
count $count
END
! grep -q 'count 4' /etc/motd && cat /etc/motd
"#;
    let wanted = [
        "web one: web",
        "hello you of 2",
        "returned 3",
        "one",
        "two",
        "three",
        "web-one a $b c$d e-f",
        "count 3",
        "boot script ended with status 0",
    ];
    assert_eq!(said(script), wanted);
}

#[test]
fn errors_end_a_script_only_where_a_shell_says_so() {
    let traps = "trap 'echo \"ended with $?\"' EXIT\n";
    for (script, wanted) in [
        ("false\necho on", vec!["on", "ended with 0"]),
        ("set -e\nfalse\necho on", vec!["ended with 1"]),
        (
            "set -eu\nif false; then :; fi\nfalse || true\necho on",
            vec!["on", "ended with 0"],
        ),
        ("set -e\nx=$(false)\necho on", vec!["ended with 1"]),
        (
            "trap 'echo failed' ERR\nfalse\necho on",
            vec!["failed", "on", "ended with 0"],
        ),
        ("set -e\nbash -c 'exit 7'\necho on", vec!["ended with 7"]),
        (
            "set -eo pipefail\nfalse | cat\necho on",
            vec!["ended with 1"],
        ),
        (
            "timeout 60 bash -c 'until false; do sleep 5; done'\nexit 4",
            vec!["ended with 4"],
        ),
    ] {
        let said = said(&format!("{traps}{script}"));
        assert_eq!(said[..said.len() - 1], wanted, "{script}");
    }
}

#[test]
fn what_cannot_be_acted_out_is_refused_with_its_line() {
    for (script, wanted) in [
        ("echo a\ncase $x in esac", "line 3: `case` is not acted out"),
        ("sleep 1 &", "line 2: a background job (&) is not acted out"),
        ("(cd /tmp)", "line 2: a subshell ( … ) is not acted out"),
        (
            "echo ${x%y}",
            "line 2: the expansion ${x%y} is not acted out",
        ),
        ("if true; then echo a", "line 2: `fi` is missing"),
        ("echo 'a", "line 2: a quote ' is not closed"),
        (
            "echo a\n[[ $x =~ ^a ]]",
            "line 3: the test `=~` is not acted out",
        ),
        (
            "[[ -n $a && -n $b ]]",
            "line 2: `[[` without `]]` in one command is not acted out",
        ),
        (
            "[[ $x == a* ]]",
            "line 2: a pattern in `[[ … ]]` is not acted out",
        ),
        (
            "[ -n \"$a\" -a -n \"$b\" ]",
            "line 2: a condition of several tests (`-a`) is not acted out",
        ),
        (
            "x=$(\n  case $y in esac)",
            "line 3: `case` is not acted out",
        ),
        (
            "while read -r line; do :; done",
            "line 2: `read` is not acted out",
        ),
        (
            "until false; do :; done </tmp/a",
            "line 2: a file for a compound command is not acted out",
        ),
    ] {
        assert_eq!(
            said(script),
            [format!("user data: cannot be acted out: {wanted}")],
            "{script}"
        );
    }
    let endless = said("while true; do :; done");
    assert!(endless[0].contains("endless loop"), "{endless:?}");
}

#[test]
fn settings_are_read_in_this_shell_and_missing_ones_end_the_script() {
    let script = r#"
set -euo pipefail
umask 077
mkdir -p /opt/shop
cat >/opt/shop/settings <<'END'
RELEASE='1.0.0'
ROLES='web,jobs'
END
. /opt/shop/settings
set -- $RELEASE
for role in ${ROLES//,/ }; do set -- "$@" --role "$role"; done
echo "$# $*" "${NOBODY:-nobody}"
echo "$NOBODY"
echo never
"#;
    let wanted = [
        "5 1.0.0 --role web --role jobs nobody",
        "user data: line 14: NOBODY: unbound variable",
        "boot script ended with status 1",
    ];
    assert_eq!(said(script), wanted);
}

#[test]
fn files_are_bytes_with_modes_in_folders() {
    for (script, wanted) in [
        (
            "echo a >/opt/shop/file",
            "bash: /opt/shop/file: No such file or directory",
        ),
        (
            "cat /opt/shop/file",
            "cat: /opt/shop/file: No such file or directory",
        ),
        (
            ". /opt/shop/file",
            "/opt/shop/file: No such file or directory",
        ),
        (
            "mkdir /opt/a/b",
            "mkdir: cannot create directory '/opt/a/b': No such file or directory",
        ),
        (
            "chmod u+q /tmp/a",
            "chmod: cannot access '/tmp/a': No such file or directory",
        ),
        (
            "python3 -m zipfile -e /tmp/a /tmp/b",
            "python3: No such file or directory: '/tmp/a'",
        ),
        (
            "echo a >/tmp/a\nzip=/tmp/a\npython3 -m zipfile -e $zip /tmp/b",
            "python3: zipfile.BadZipFile: invalid Zip archive: Could not find EOCD",
        ),
        (
            "echo 00  /tmp/a | sha256sum -c",
            "sha256sum: cannot access '/tmp/a': No such file or directory",
        ),
        (
            "systemctl start Tentacle",
            "systemctl: Unit Tentacle.service could not be found.",
        ),
    ] {
        let said = said(&format!("{script}\nexit $?"));
        assert_eq!(
            said,
            [wanted, "boot script ended with status 1"],
            "{script}"
        );
    }
    let script = "printf abc >/tmp/a\necho 'echo ran' >/tmp/b\nsha256sum /tmp/a\n/tmp/b\n\
                  echo $?\nchmod 0755 /tmp/b\n/tmp/b\n/tmp/c\necho $?";
    let wanted = [
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  /tmp/a",
        "bash: /tmp/b: Permission denied",
        "126",
        "ran",
        "user data: line 9: /tmp/c: No such file or directory",
        "127",
        "boot script ended with status 0",
    ];
    assert_eq!(said(script), wanted);
}

#[test]
fn waiting_takes_the_time_that_it_says() {
    let (_, span_s) =
        boot("#!/bin/sh\necho a\nsleep 1m\nwhile [ $SECONDS -lt 90 ]; do sleep 10; done");
    assert_eq!(span_s, 90);
}

#[test]
fn programs_are_called_as_they_want_or_fail() {
    for (script, wanted) in [
        (
            "cfn-init --stack shop",
            "cfn-init: required option missing: --resource",
        ),
        (
            "cfn-init -s shop -r Box",
            "cfn-init: could not find 'AWS::CloudFormation::Init' key in template metadata",
        ),
        (
            "cfn-init -s shop -r Box --region eu-west-1",
            "cfn-init: Stack 'shop' does not exist in eu-west-1",
        ),
        (
            "cfn-signal --stack shop --ressource Box",
            "cfn-signal: unrecognized option: --ressource",
        ),
        (
            "dnf install -y tentacle >/dev/null\n/opt/octopus/tentacle/Tentacle register-with \
             --server x",
            "Tentacle: instance Tentacle has not been configured on this machine; use create-instance first",
        ),
        (
            "aws secretsmanager get-secret-value",
            "aws: required option missing: --secret-id",
        ),
        (
            "curl -f http://localhost/release",
            "curl: (7) Failed to connect to localhost: Connection refused",
        ),
        (
            "curl -sSf http://169.254.169.254/latest/nothing",
            "curl: (22) The requested URL returned error: 404",
        ),
    ] {
        let said = said(&format!("{script}\nexit $?"));
        assert_eq!(
            said,
            [wanted, "boot script ended with status 1"],
            "{script}"
        );
    }
}

#[test]
fn a_command_that_nobody_knows_is_not_found() {
    for (script, line, what) in [
        (
            "set -e\nfrobnicate --now\necho on",
            3,
            "frobnicate: command not found",
        ),
        (
            "set -eo pipefail\necho a | frobnicate | cat",
            3,
            "frobnicate: command not found",
        ),
        (
            "set -e\nx=$(\n  frobnicate)\necho on",
            4,
            "frobnicate: command not found",
        ),
        (
            "sudo -u shop frobnicate || exit $?",
            2,
            "frobnicate: command not found",
        ),
        (
            "timeout 5 frobnicate || exit $?",
            2,
            "frobnicate: command not found",
        ),
        (
            "/usr/bin/frobnicate || exit $?",
            2,
            "/usr/bin/frobnicate: No such file or directory",
        ),
    ] {
        let wanted = [
            format!("user data: line {line}: {what}"),
            "boot script ended with status 127".to_owned(),
        ];
        assert_eq!(said(script), wanted, "{script}");
    }
}

#[test]
fn programs_of_the_image_of_packages_and_of_the_boot_are_found() {
    let script = r#"
dnf install -y nginx-1.26 >/dev/null
nginx -t
echo a b | sed s/a/b/
mkdir -p /usr/local/bin
echo 'echo mine' >/usr/local/bin/mine
mine || echo $?
chmod 0755 /usr/local/bin/mine
mine
command -v mine curl
command -v frobnicate || echo none
sudo -u shop /bin/echo root
answer() { echo "$1!"; }
echo $(answer yes)
"#;
    let wanted = [
        "+ nginx (line 4)",
        "+ sed (line 5)",
        "a b",
        "user data: line 8: mine: command not found",
        "127",
        "mine",
        "mine",
        "curl",
        "none",
        "root",
        "yes!",
        "boot script ended with status 0",
    ];
    assert_eq!(said(script), wanted);
}

#[test]
fn jq_says_what_it_does_not_understand() {
    for (script, wanted) in [
        (
            "x=$(echo '{}' | jq -r '.a[0]')\necho on",
            "`jq` with the filter '.a[0]', which is no path of keys",
        ),
        ("set -e\nx=$(echo no | jq -r .a)", "jq: parse error: "),
        (
            "set -e\nx=$(jq -r .a /tmp/none)",
            "jq: error: Could not open file /tmp/none",
        ),
    ] {
        let said = said(script);
        assert!(said[0].contains(wanted), "{script}: {said:?}");
        assert_eq!(said.last().unwrap(), "boot script ended with status 2");
    }
    let read = said("echo '{\"a\":{\"b\":\"c\"}}' >/tmp/a\njq -r .a.b /tmp/a");
    assert_eq!(read[0], "c");
}
