//! One process of a boot, with what it waits for.

use chrono::{DateTime, Utc};

use crate::bootstrap::frame::{Frame, Turn};
use crate::bootstrap::machine::{Around, Machine};
use crate::clock::seconds;

/// How much a script may do when its instance goes down: the signal, and little more.
const TURNS_AT_THE_END: u32 = 100;

/// A process under way; others of the same boot run beside it.
#[derive(Debug)]
pub(super) struct Process {
    /// What runs; the last is run by the one before.
    frames: Vec<Frame>,
    /// When it goes on.
    pub due: DateTime<Utc>,
    /// Whether it carries out user data.
    pub is_user_data: bool,
}

impl Process {
    pub(super) fn begin(frame: Frame, now: DateTime<Utc>, is_user_data: bool) -> Self {
        Self {
            frames: vec![frame],
            due: now,
            is_user_data,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.frames.is_empty()
    }

    /// Ends what `timeout` gave no more time, and takes one turn of the innermost frame.
    pub(super) fn go_on(&mut self, machine: &mut Machine, around: &mut Around<'_>) {
        let late = |frame: &Frame| deadline_of(frame).is_some_and(|at| at <= around.now);
        if let Some(index) = self.frames.iter().position(late) {
            self.frames.truncate(index + 1);
            self.follow(Turn::Ended(124), machine, around);
        }
        self.turn(machine, around);
    }

    /// Lets the outermost script act on `TERM`, as a shutdown in mid-boot does; what it does
    /// then takes no time.
    pub(super) fn interrupt(&mut self, machine: &mut Machine, around: &mut Around<'_>) {
        let heard = match self.frames.first_mut() {
            Some(Frame::Script(script)) => script.interrupt(),
            Some(Frame::Init(_) | Frame::PowerShell(_)) | None => false,
        };
        if !heard {
            return;
        }
        self.frames.truncate(1);
        for _ in 0..TURNS_AT_THE_END {
            self.turn(machine, around);
        }
    }

    fn turn(&mut self, machine: &mut Machine, around: &mut Around<'_>) {
        let turn = match self.frames.last_mut() {
            None => return,
            Some(Frame::Script(script)) => script.turn(machine, around),
            Some(Frame::Init(init)) => init.turn(machine, around),
            Some(Frame::PowerShell(session)) => session.turn(machine, around),
        };
        self.follow(turn, machine, around);
    }

    fn follow(&mut self, turn: Turn, machine: &mut Machine, around: &Around<'_>) {
        let mut turn = Some(turn);
        while let Some(now) = turn.take() {
            let cost_s = match now {
                Turn::Took(cost_s) => cost_s,
                Turn::Into(frame, cost_s) => {
                    self.frames.push(frame);
                    cost_s
                }
                Turn::Ended(status) => {
                    self.frames.pop();
                    turn = self.resume(status, machine, around);
                    0.0
                }
            };
            self.due = around.now.max(self.due) + seconds(cost_s);
        }
        let deadlines = self.frames.iter().filter_map(deadline_of);
        self.due = deadlines.fold(self.due, DateTime::min);
    }

    /// Tells the innermost frame that what it waited for has ended.
    fn resume(&mut self, status: i32, machine: &mut Machine, around: &Around<'_>) -> Option<Turn> {
        match self.frames.last_mut() {
            None => {
                let line = format!("boot script ended with status {status}");
                machine.say(around.now, &line);
                None
            }
            Some(Frame::Script(script)) => script.resume(status),
            Some(Frame::Init(init)) => {
                init.resume(status, machine, around);
                None
            }
            Some(Frame::PowerShell(session)) => {
                session.resume(status);
                None
            }
        }
    }
}

fn deadline_of(frame: &Frame) -> Option<DateTime<Utc>> {
    match frame {
        Frame::Script(script) => script.deadline,
        Frame::Init(_) | Frame::PowerShell(_) => None,
    }
}
