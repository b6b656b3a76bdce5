//! The world's clock, seen and turned from outside.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use bytes::Bytes;
use serde_json::{Value, json};

use super::super::sim::Sim;
use super::refusal::{Refusal, object};
use crate::clock::{Clock, MAX_SPEED, seconds};

const REMEDY: &str =
    r#"send one or more of {"speed":60}, {"pause":true}, {"advance_s":30}, in one object"#;

/// GET: what the clock shows and how it runs.
pub(super) async fn show(State(sim): State<Sim>) -> Json<Value> {
    Json(sim.with_clock(describe).0)
}

/// POST: speed and pause are set first, then time is advanced; the world has been
/// played up to the new time when the answer comes.
pub(super) async fn turn(State(sim): State<Sim>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let turn = Turn::read(&body)?;
    sim.with_clock(|clock, elapsed| turn.apply(clock, elapsed));
    Ok(Json(sim.with_clock(describe).0))
}

/// The clock as a document.
pub(super) fn describe(clock: &mut Clock, elapsed: Duration) -> Value {
    json!({
        "now": clock.now(elapsed),
        "speed": clock.speed(),
        "paused": clock.is_paused(),
        "instant": clock.is_instant(),
    })
}

#[derive(Debug, Default)]
struct Turn {
    speed: Option<f64>,
    pause: Option<bool>,
    advance_s: Option<f64>,
}

impl Turn {
    fn read(body: &[u8]) -> Result<Self, Refusal> {
        let mut turn = Self::default();
        for (key, value) in object(body, &["speed", "pause", "advance_s"], REMEDY)? {
            let wrong = |what: String| Refusal::new(what, format!("body, key '{key}'"), REMEDY);
            match key.as_str() {
                "pause" => {
                    let pause = value.as_bool();
                    turn.pause =
                        Some(pause.ok_or_else(|| wrong(format!("{value} is not true or false")))?);
                }
                amount => {
                    let most = if amount == "speed" {
                        MAX_SPEED
                    } else {
                        f64::MAX
                    };
                    let number = value
                        .as_f64()
                        .filter(|number| (0.0..=most).contains(number));
                    let number = number.ok_or_else(|| {
                        wrong(format!("{value} is not a number from 0 to {most:e}"))
                    })?;
                    let slot = if amount == "speed" {
                        &mut turn.speed
                    } else {
                        &mut turn.advance_s
                    };
                    *slot = Some(number);
                }
            }
        }
        Ok(turn)
    }

    fn apply(&self, clock: &mut Clock, elapsed: Duration) {
        if let Some(speed) = self.speed {
            clock.set_speed(speed, elapsed);
        }
        if let Some(pause) = self.pause {
            clock.set_paused(pause, elapsed);
        }
        if let Some(advance_s) = self.advance_s {
            clock.advance(seconds(advance_s), elapsed);
        }
    }
}
