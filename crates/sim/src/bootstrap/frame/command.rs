//! One pipeline of a script: assignments, words, redirections, and who carries it out.

use super::{Done, Script, Turn};
use crate::bootstrap::builtin;
use crate::bootstrap::machine::{Around, Machine};
use crate::bootstrap::program;
use crate::bootstrap::shell::{Command, Redirect};

impl Script {
    /// What `$(text)` gives: the script's output, status and seconds.
    ///
    /// # Errors
    /// It does something that takes a frame of its own, or that cannot be acted out.
    pub(in crate::bootstrap) fn output_of(
        &self,
        text: &str,
        machine: &mut Machine,
        around: &mut Around<'_>,
    ) -> Result<(String, i32, f64), String> {
        let mut inner = self.clone();
        // What it says by line, it says by this script's lines.
        let before = self.line().saturating_sub(1);
        let entry = inner.add(text).map_err(|error| error.to_string())?;
        for op in inner.code.iter_mut().skip(entry) {
            op.line += before;
        }
        (inner.at, inner.calls, inner.loops) = (entry, Vec::new(), Vec::new());
        (inner.on_exit, inner.on_error) = (None, None);
        (inner.exits_on_error, inner.is_lost) = (false, false);
        inner.collected = Some(String::new());
        let mut cost_s = 0.0;
        loop {
            match inner.turn(machine, around) {
                Turn::Took(more) => cost_s += more,
                Turn::Into(..) => return Err(format!("$({text}) is not acted out")),
                Turn::Ended(_) if inner.is_lost => return Err(format!("$({text})")),
                Turn::Ended(status) => {
                    let output = inner.collected.unwrap_or_default();
                    return Ok((output.trim_end_matches('\n').to_owned(), status, cost_s));
                }
            }
        }
    }

    /// Runs a pipeline.
    pub(super) fn run(
        &mut self,
        stages: &[Command],
        line: usize,
        machine: &mut Machine,
        around: &mut Around<'_>,
    ) -> Done {
        let (mut input, mut total_s, mut last) = (String::new(), 0.0, 0);
        for (index, stage) in stages.iter().enumerate() {
            let is_last = index + 1 == stages.len();
            match self.stage(stage, input, line, machine, around) {
                Done::With {
                    status,
                    output,
                    cost_s,
                } => {
                    input = output;
                    if status != 0 || !self.heeds_pipes {
                        last = status;
                    }
                    total_s += cost_s;
                }
                Done::Into { frame, cost_s } if is_last => {
                    return Done::Into {
                        frame,
                        cost_s: total_s + cost_s,
                    };
                }
                Done::Into { .. } | Done::Called if !is_last => {
                    return Done::broken("a script or function before a `|`".to_owned());
                }
                other => return other,
            }
        }
        if !input.is_empty() {
            self.print(&input, machine, around.now);
        }
        Done::after(total_s, last)
    }

    /// Runs one command; what it prints is its output.
    fn stage(
        &mut self,
        command: &Command,
        mut input: String,
        line: usize,
        machine: &mut Machine,
        around: &mut Around<'_>,
    ) -> Done {
        let mut waits_s = 0.0;
        let mut last = 0;
        for (name, word) in &command.assignments {
            match self.text(word, machine, around) {
                Ok((value, status, cost_s)) => {
                    self.variables.insert(name.clone(), value);
                    waits_s += cost_s;
                    last = status;
                }
                Err(why) => return Done::Broken(why),
            }
        }
        let words = match self.expand(&command.words, machine, around) {
            Ok((words, cost_s)) => {
                waits_s += cost_s;
                words
            }
            Err(why) => return Done::Broken(why),
        };
        let mut out = None;
        for redirect in &command.redirects {
            let word = match redirect {
                Redirect::Out { to: word, .. } | Redirect::Input(word) | Redirect::From(word) => {
                    word
                }
                Redirect::Other => continue,
            };
            let text = match self.text(word, machine, around) {
                Ok((text, _, _)) => text,
                Err(why) => return Done::Broken(why),
            };
            match redirect {
                Redirect::Out { append, .. } => {
                    if !machine.files.has_folder_for(&text) {
                        return no_such_file(&text, machine, around);
                    }
                    out = Some((text, *append));
                }
                Redirect::Input(_) => input = text,
                Redirect::From(_) => match machine.files.text(&text) {
                    Some(content) => input = content,
                    None if text == "/dev/null" => input = String::new(),
                    None => return no_such_file(&text, machine, around),
                },
                Redirect::Other => {}
            }
        }
        let Some((name, args)) = words.split_first() else {
            return Done::after(waits_s, last);
        };
        let mut done = match self.functions.get(name).copied() {
            Some(entry) => {
                self.call(entry, args.to_vec());
                Done::Called
            }
            None => builtin::run(name, args, &input, self, machine, around)
                .unwrap_or_else(|| program::run(name, args, &input, line, self, machine, around)),
        };
        if let Done::With { cost_s, .. } | Done::Into { cost_s, .. } = &mut done {
            *cost_s += waits_s;
        }
        if let (Some((path, append)), Done::With { output, .. }) = (out, &mut done) {
            let text = std::mem::take(output);
            match path.as_str() {
                "/dev/null" => {}
                // What goes there is seen on the console.
                "/dev/stderr" | "/dev/stdout" | "/dev/console" => machine.say(around.now, &text),
                _ if append => machine.files.append(&path, text.as_bytes()),
                _ => machine.files.write(path, text.into_bytes()),
            }
        }
        done
    }
}

/// A redirection that has no file to come from, or no folder to go to.
fn no_such_file(path: &str, machine: &mut Machine, around: &Around<'_>) -> Done {
    machine.say(
        around.now,
        &format!("bash: {path}: No such file or directory"),
    );
    Done::status(1)
}
