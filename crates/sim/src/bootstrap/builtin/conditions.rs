//! `test` and `[ … ]`.

use crate::bootstrap::frame::Done;
use crate::bootstrap::machine::Machine;

/// Carries out a condition; what it does not know cannot be acted out.
pub(super) fn test(args: &[String], machine: &Machine) -> Done {
    let texts: Vec<&str> = args.iter().map(String::as_str).collect();
    let whole = |text: &str| text.trim().parse::<i64>().ok();
    let truth = match texts.as_slice() {
        ["!", rest @ ..] => {
            let rest: Vec<String> = rest.iter().map(|text| (*text).to_owned()).collect();
            return match test(&rest, machine) {
                Done::With { status, .. } if status < 2 => Done::status(1 - status),
                other => other,
            };
        }
        [] => false,
        [text] => !text.is_empty(),
        ["-z", text] => text.is_empty(),
        ["-n", text] => !text.is_empty(),
        ["-f" | "-s" | "-r", path] => machine.has_file(path),
        ["-e", path] => machine.has_file(path) || machine.files.is_folder(path),
        ["-d", path] => machine.files.is_folder(path),
        ["-x", path] => machine.is_executable(path),
        [left, "=" | "==", right] => left == right,
        [left, "!=", right] => left != right,
        [left, operator, right] => {
            let (Some(left), Some(right)) = (whole(left), whole(right)) else {
                return Done::status(2);
            };
            match *operator {
                "-eq" => left == right,
                "-ne" => left != right,
                "-lt" => left < right,
                "-le" => left <= right,
                "-gt" => left > right,
                "-ge" => left >= right,
                other => return Done::broken(format!("the test `{other}`")),
            }
        }
        _ => return Done::broken(format!("the test [ {} ]", texts.join(" "))),
    };
    Done::status(i32::from(!truth))
}
