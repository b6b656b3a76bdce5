//! The story: it rises, is built again, and goes.

use crate::stage::{Stage, Team, octopus, team};

const NAME: &str = "ryan0001";
const BUILDS: [&str; 2] = ["1.0.0-ryan0001", "1.0.0-ryan0002"];
/// Instances that a roll replaces one after the other.
const CAPACITY: u32 = 2;

/// CI has built both.
pub fn releases(stage: &Stage) {
    for build in BUILDS {
        octopus::release(stage, build);
    }
}

/// Whoever answers is asked, as often as it takes.
pub async fn play(stage: &Stage, team: &Team) {
    for build in BUILDS {
        let document = team::with_software(stage, NAME, build, CAPACITY);
        team.raise(NAME, &document).await;
    }
    team.burn(NAME).await;
}
