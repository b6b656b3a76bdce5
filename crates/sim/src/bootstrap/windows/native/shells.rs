//! Programs that run other things: `powershell -File`, `cmd /c`, and command lines.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Ran, find, split};
use crate::bootstrap::frame::Frame;
use crate::bootstrap::machine::{Around, Machine};
use crate::bootstrap::windows::code::{
    Block, Element, Errors, Invocation, Op, Reach, Step, Variable, Way,
};
use crate::bootstrap::windows::compile::compile;
use crate::bootstrap::windows::disk;
use crate::bootstrap::windows::session::Session;
use crate::bootstrap::windows::tree::Source;

/// What PowerShell ends with when it makes nothing of its command line.
const BAD_COMMAND_LINE: i32 = -196_608;

/// `-NoProfile -NonInteractive -ExecutionPolicy X -File SCRIPT …`.
pub(super) fn powershell(
    words: &[String],
    environment: &BTreeMap<String, String>,
    machine: &Machine,
    around: &Around<'_>,
) -> Ran {
    let request_s = around.parameters.bootstrap_request_s;
    let refused = |why: &str| Ran::ended(BAD_COMMAND_LINE, "", why, request_s);
    let mut words = words.iter();
    let file = loop {
        let Some(word) = words.next() else {
            return refused("powershell without -File is not acted out");
        };
        match word.to_lowercase().as_str() {
            "-noprofile" | "-noninteractive" | "-nologo" => {}
            "-executionpolicy" => {
                let policy = words.next().map(|word| word.to_lowercase());
                let known = ["bypass", "unrestricted", "remotesigned"];
                if !policy.is_some_and(|policy| known.contains(&policy.as_str())) {
                    return refused("powershell: this -ExecutionPolicy lets no script run");
                }
            }
            "-file" => match words.next() {
                Some(file) => break file,
                None => return refused("powershell: -File needs a script"),
            },
            _ => return refused(&format!("powershell {word} is not acted out")),
        }
    };
    let Some(text) = disk::text(machine, file).filter(|_| file.to_lowercase().ends_with(".ps1"))
    else {
        let words = "to the -File parameter does not exist.";
        return refused(&format!("The argument '{file}' {words}"));
    };
    let source = Source {
        file,
        text: &text,
        first_line: 1,
    };
    let block = match compile(source) {
        Ok(block) => block,
        Err(refusal) => {
            let why = format!("cannot be acted out: {refusal}");
            return Ran::ended(1, "", &why, request_s);
        }
    };
    let mut session = Session::new(file, block, environment.clone());
    let rest: Vec<String> = words.cloned().collect();
    match session.give(&rest) {
        Ok(()) => Ran::Into(Frame::PowerShell(Box::new(session)), 0.0),
        Err(why) => Ran::ended(1, "", &format!("{file}: {why}"), request_s),
    }
}

/// `cmd /c "type FILE > COM1"`: a file's text on the console.
pub(super) fn cmd(words: &[String], machine: &mut Machine, around: &Around<'_>) -> Ran {
    let request_s = around.parameters.bootstrap_request_s;
    let line = words.join(" ");
    let lower = line.to_lowercase();
    let file = (lower.strip_prefix("/c type ")).and_then(|rest| rest.strip_suffix("> com1"));
    let Some(file) = file.map(str::trim) else {
        return Ran::ended(1, "", &format!("cmd {line} is not acted out"), request_s);
    };
    match disk::text(machine, file) {
        Some(text) => {
            machine.say(around.now, &text);
            Ran::ended(0, "", "", request_s)
        }
        None => {
            let why = "The system cannot find the file specified.";
            Ran::ended(1, "", why, request_s)
        }
    }
}

/// A process that runs one command line, as `cmd` would, and ends with its status.
///
/// # Errors
/// The line cannot be acted out, or its program is not there.
pub(in crate::bootstrap) fn session_of(
    title: &str,
    line: &str,
    environment: BTreeMap<String, String>,
    machine: &Machine,
) -> Result<Session, String> {
    if let Some(sign) = line.chars().find(|one| "%&|<>^'".contains(*one)) {
        return Err(format!(
            "`{sign}` in a command line is not acted out: {line}"
        ));
    }
    let words = split(line)?;
    let (name, rest) = words.split_first().ok_or("the command line is empty")?;
    if find(name, machine).is_none() {
        let words = "is not recognized as an internal or external command";
        return Err(format!("'{name}' {words}"));
    }
    let given = rest.iter().map(|word| Op::Push(word.as_str().into()));
    let mut ops: Vec<Op> = given.collect();
    ops.push(Op::Call(Arc::new(Invocation {
        name: Some(name.clone()),
        is_dotted: false,
        elements: vec![Element::Value; rest.len()],
        has_input: false,
        errors: Errors::Console,
    })));
    ops.push(Op::Load(Variable {
        scope: Reach::Nearest,
        name: "lastexitcode".to_owned(),
    }));
    ops.push(Op::Way(Way::Exit));
    let code = ops.into_iter().map(|op| Step { line: 1, op }).collect();
    let block = Block {
        file: title.to_owned(),
        parameters: Vec::new(),
        code,
        text: line.to_owned(),
    };
    Ok(Session::new(title, Arc::new(block), environment))
}
