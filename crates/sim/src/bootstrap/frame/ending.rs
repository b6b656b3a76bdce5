//! How commands, functions, traps and scripts end, and what follows.

use super::{Call, Halt, Script, Turn};
use crate::bootstrap::machine::{Around, Machine};

/// The status of what a TERM ended.
const TERMINATED: i32 = 143;

impl Script {
    /// Goes on with what `trap … TERM` says, and ends then; tells whether it says anything.
    pub(in crate::bootstrap) fn interrupt(&mut self) -> bool {
        let Some(entry) = self.on_term.take() else {
            return false;
        };
        self.calls = vec![Call::Exit { status: TERMINATED }];
        self.loops.clear();
        (self.waits, self.at) = (None, entry);
        true
    }

    /// The frame that a command waits for has ended.
    pub(in crate::bootstrap) fn resume(&mut self, status: i32) -> Option<Turn> {
        let (negated, checked) = self.waits.take().unwrap_or((false, false));
        self.heed(status, negated, checked)
    }

    /// Takes the status of a command that has ended, as `set -e` and traps say.
    pub(super) fn heed(&mut self, status: i32, negated: bool, checked: bool) -> Option<Turn> {
        self.status = if negated {
            i32::from(status == 0)
        } else {
            status
        };
        if self.status == 0 || !checked {
            return None;
        }
        let within = |call: &Call| match call {
            Call::Error { .. } | Call::Exit { .. } => true,
            Call::Function { .. } => false,
        };
        if let (Some(entry), false) = (self.on_error, self.calls.iter().any(within)) {
            let (back, status) = (self.at, self.status);
            self.calls.push(Call::Error { back, status });
            self.at = entry;
            return None;
        }
        if self.exits_on_error {
            return self.exit(self.status);
        }
        None
    }

    /// Ends the script because it cannot go on, and says why.
    pub(super) fn halt(
        &mut self,
        why: &Halt,
        line: usize,
        machine: &mut Machine,
        around: &Around<'_>,
    ) -> Option<Turn> {
        self.is_lost |= matches!(why, Halt::Unknown(_));
        let (what, status) = why.explain();
        let text = format!("{}: line {line}: {what}", self.name);
        machine.say(around.now, &text);
        self.exit(status)
    }

    /// Ends the script, after its `EXIT` trap.
    pub(super) fn exit(&mut self, status: i32) -> Option<Turn> {
        self.status = status;
        match self.on_exit.take() {
            Some(entry) => {
                self.calls = vec![Call::Exit { status }];
                self.loops.clear();
                self.exits_on_error = false;
                self.at = entry;
                None
            }
            None => Some(Turn::Ended(status)),
        }
    }

    /// Ends a function or trap; `early`: by `return`.
    pub(super) fn go_back(&mut self, early: bool) -> Option<Turn> {
        match self.calls.pop() {
            Some(Call::Function {
                back,
                args,
                heeded: (negated, checked),
            }) => {
                (self.at, self.args) = (back, args);
                self.heed(self.status, negated, checked)
            }
            Some(Call::Error { back, status }) => {
                (self.at, self.status) = (back, status);
                if self.exits_on_error {
                    return self.exit(status);
                }
                None
            }
            Some(Call::Exit { status }) => Some(Turn::Ended(status)),
            None if early => self.exit(self.status),
            None => Some(Turn::Ended(self.status)),
        }
    }
}
