//! The world's clock: real time in, world time out.
//!
//! [`Clock`] is arithmetic only; the elapsed real time is passed in. The one
//! place that reads the machine's clock is [`Monotonic`].
//!
//! Speed 1 is real time, 60 plays an hour in a minute. Speed 0 is *instant
//! mode*: the world plays every operation to its end inside the call that began
//! it (see [`crate::world::World::on`]), and between calls time runs at speed 1.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// The fastest speed taken: a year of world time in about five minutes.
pub const MAX_SPEED: f64 = 100_000.0;

/// Maps elapsed real time to world time.
#[derive(Debug, Clone, PartialEq)]
pub struct Clock {
    /// World time at `since`.
    base: DateTime<Utc>,
    /// Elapsed real time at which `base` was set.
    since: Duration,
    speed: f64,
    paused: bool,
}

impl Clock {
    /// A clock that shows `start` at `elapsed`.
    pub fn new(start: DateTime<Utc>, speed: f64, elapsed: Duration) -> Self {
        Self {
            base: start,
            since: elapsed,
            speed: legal(speed),
            paused: false,
        }
    }

    /// The world time at `elapsed`; it never goes back as long as `elapsed` does not.
    pub fn now(&self, elapsed: Duration) -> DateTime<Utc> {
        if self.paused {
            return self.base;
        }
        let pace = if self.speed == 0.0 { 1.0 } else { self.speed };
        let passed = elapsed.saturating_sub(self.since).as_secs_f64() * pace;
        self.base
            .checked_add_signed(seconds(passed))
            .unwrap_or(self.base)
    }

    /// The speed; 0 is instant mode.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Whether the world stands still.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Whether operations are played to their end inside their call.
    pub fn is_instant(&self) -> bool {
        self.speed == 0.0
    }

    /// From now on runs at `speed` (negative or not a number: 0; at most [`MAX_SPEED`]).
    pub fn set_speed(&mut self, speed: f64, elapsed: Duration) {
        self.rebase(elapsed);
        self.speed = legal(speed);
    }

    /// Stops or starts time.
    pub fn set_paused(&mut self, paused: bool, elapsed: Duration) {
        self.rebase(elapsed);
        self.paused = paused;
    }

    /// Jumps forward, also while paused; a negative jump is none.
    pub fn advance(&mut self, by: TimeDelta, elapsed: Duration) {
        self.rebase(elapsed);
        self.base = self
            .base
            .checked_add_signed(by.max(TimeDelta::zero()))
            .unwrap_or(self.base);
    }

    /// Jumps forward to `to` if the clock is behind it: instant mode leaves the world ahead.
    pub fn catch_up(&mut self, to: DateTime<Utc>, elapsed: Duration) {
        self.rebase(elapsed);
        self.base = self.base.max(to);
    }

    fn rebase(&mut self, elapsed: Duration) {
        self.base = self.now(elapsed);
        self.since = elapsed;
    }
}

/// A span of world time; what does not fit is the longest span there is.
pub fn seconds(amount: f64) -> TimeDelta {
    Duration::try_from_secs_f64(amount.max(0.0))
        .ok()
        .and_then(|span| TimeDelta::from_std(span).ok())
        .unwrap_or(TimeDelta::MAX)
}

fn legal(speed: f64) -> f64 {
    if speed.is_finite() {
        speed.clamp(0.0, MAX_SPEED)
    } else {
        0.0
    }
}

/// The machine's monotonic clock, read as time elapsed since it was started.
#[derive(Debug, Clone, Copy)]
pub struct Monotonic {
    origin: Instant,
}

impl Monotonic {
    /// Begins to count.
    #[expect(
        clippy::disallowed_methods,
        reason = "the simulator's one reading of the machine's clock"
    )]
    pub fn start() -> Self {
        Self {
            origin: Instant::now(),
        }
    }

    /// Real time since the start.
    pub fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap_or_default()
    }

    #[test]
    fn speed_pause_and_jumps_add_up() {
        let real = Duration::from_secs;
        let mut clock = Clock::new(at(0), 60.0, real(5));
        assert_eq!(clock.now(real(6)), at(60));
        clock.set_paused(true, real(6));
        assert_eq!(clock.now(real(100)), at(60));
        clock.advance(seconds(30.0), real(100));
        assert_eq!(clock.now(real(101)), at(90));
        clock.set_paused(false, real(200));
        clock.set_speed(1.0, real(200));
        assert_eq!(clock.now(real(203)), at(93));
    }

    #[test]
    fn senseless_speeds_and_jumps_do_no_harm() {
        let mut clock = Clock::new(at(0), f64::NAN, Duration::ZERO);
        assert!(clock.is_instant());
        clock.set_speed(f64::MAX, Duration::ZERO);
        assert_eq!(clock.speed(), MAX_SPEED);
        clock.advance(TimeDelta::MAX, Duration::ZERO);
        assert_eq!(clock.now(Duration::MAX), at(0));
    }
}
