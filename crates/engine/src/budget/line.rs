//! The calls of this replica before one meter, and the task that serves them while there are
//! any: it takes from the ledger what they need, and hands it out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bennu_model::work::Class;
use bennu_ports::budget::{Allowance, Asked, Meter, ONE_THROTTLE};
use bennu_ports::{Budgets, LONGEST_ASKED_PAUSE};
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, sleep_until, timeout};
use tracing::warn;

use super::metrics::BudgetMetrics;
use super::queue::{Queue, Step};
use crate::clock::monotonic;

/// What a call is told.
type Answer = Result<(), String>;

/// One meter, as this replica sees it.
pub(super) struct Line {
    pub(super) meter: Meter,
    allowance: Allowance,
    ledger: Arc<dyn Budgets>,
    metrics: BudgetMetrics,
    state: Mutex<State>,
    /// Rings when somebody comes.
    bell: Notify,
}

struct State {
    queue: Queue<oneshot::Sender<Answer>>,
    /// Whether the task that serves is there.
    is_served: bool,
    /// The provider has asked for a pause until then.
    closed_until: Instant,
    /// When the ledger last heard of a throttle from us.
    told_at: Option<Instant>,
}

impl Line {
    pub(super) fn new(
        meter: Meter,
        allowance: Allowance,
        ledger: Arc<dyn Budgets>,
        metrics: BudgetMetrics,
    ) -> Self {
        let now = monotonic();
        Self {
            meter,
            allowance,
            ledger,
            metrics,
            state: Mutex::new(State {
                queue: Queue::new(now),
                is_served: false,
                closed_until: now,
                told_at: None,
            }),
            bell: Notify::new(),
        }
    }

    /// Waits for a call of a class, at most `patience`; `since` is when it began to wait.
    pub(super) async fn take(
        self: Arc<Self>,
        class: Class,
        since: Instant,
        patience: Duration,
    ) -> Answer {
        let (answer, mut answered) = oneshot::channel();
        {
            let mut state = self.state();
            if state.closed_until > monotonic() + patience {
                return Err(self.closed());
            }
            state.queue.push(class, since, answer);
            if !std::mem::replace(&mut state.is_served, true) {
                tokio::spawn(serve(self.clone()));
            }
        }
        self.bell.notify_one();
        match timeout(patience, &mut answered).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => {
                // It may have come at the last moment.
                answered.close();
                answered.try_recv().unwrap_or_else(|_| Err(self.used_up()))
            }
        }
    }

    /// The provider has refused a call because there were too many.
    pub(super) async fn throttled(&self, pause: Option<Duration>) {
        let now = monotonic();
        {
            let mut state = self.state();
            state.queue.spill();
            let until = now + pause.unwrap_or_default().min(LONGEST_ASKED_PAUSE);
            let is_told = state.told_at.is_some_and(|at| now < at + ONE_THROTTLE);
            if is_told && until <= state.closed_until.max(now) {
                return;
            }
            state.told_at = Some(now);
            state.closed_until = state.closed_until.max(until);
        }
        let told = self.ledger.throttled(&self.meter, &self.allowance, pause);
        if let Err(error) = told.await {
            warn!(meter = %self.meter, %error, "other replicas do not know of a throttle");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn used_up(&self) -> String {
        format!(
            "the budget of {} is used up; other calls go first, and this one is tried again in \
             a few seconds",
            self.meter
        )
    }

    fn closed(&self) -> String {
        format!(
            "{} has asked for a pause; nothing is sent to it before that is over",
            self.meter
        )
    }
}

/// Serves those who wait until there is nobody.
async fn serve(line: Arc<Line>) {
    loop {
        match hand_out(&line) {
            Step::Rest => return,
            Step::Ask(asked) => ask(&line, &asked).await,
            Step::Pause(until) => {
                tokio::select! {
                    () = sleep_until(until) => {}
                    () = line.bell.notified() => {}
                }
            }
        }
    }
}

/// Gives what is in hand to those who are next, and says what is to be done for the others.
fn hand_out(line: &Line) -> Step {
    let mut state = line.state();
    let now = monotonic();
    state.queue.keep(|answer| !answer.is_closed());
    while let Some((class, answer)) = state.queue.next(now) {
        if answer.send(Ok(())).is_err() {
            state.queue.put_back(class);
        }
    }
    for class in state.queue.late(now) {
        line.metrics.waits(&line.meter, class);
    }
    let step = state.queue.step(now);
    state.is_served = step != Step::Rest;
    step
}

async fn ask(line: &Line, asked: &Asked) {
    let sent = monotonic();
    let answer = line.ledger.take(&line.meter, &line.allowance, asked).await;
    let mut state = line.state();
    match answer {
        Ok(granted) => {
            line.metrics.granted(&line.meter, &granted);
            let is_stale = state.told_at.is_some_and(|at| at >= sent);
            state.queue.take_in(asked, &granted, monotonic());
            if is_stale {
                // Taken before the ledger knew of the throttle that has come meanwhile.
                state.queue.spill();
            }
            state.closed_until = state.closed_until.max(monotonic() + granted.closed_for);
            if granted.closed_for > super::PATIENCE {
                let why = line.closed();
                send_away(&mut state, &why);
            }
        }
        Err(error) => {
            warn!(meter = %line.meter, %error, "nothing can be sent");
            let why = format!("the budget of {} cannot be asked: {error}", line.meter);
            send_away(&mut state, &why);
        }
    }
}

/// Whoever is gone already needs no answer.
fn send_away(state: &mut State, why: &str) {
    for answer in state.queue.drain() {
        let _ = answer.send(Err(why.to_owned()));
    }
}
