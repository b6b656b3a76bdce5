//! Lives of stacks, played from the first call to the last event.
//!
//! Each snapshot is the event log, oldest first: seconds since the start of the
//! story, resource, status, reason. Ids of instances are numbered in the order in
//! which they appear.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "stories/bootstrap.rs"]
mod bootstrap;
#[path = "stories/change_sets.rs"]
mod change_sets;
#[path = "stories/diffs.rs"]
mod diffs;
#[path = "stories/failures.rs"]
mod failures;
#[path = "stories/groups.rs"]
mod groups;
#[path = "stories/language.rs"]
mod language;
#[path = "stories/linux.rs"]
mod linux;
#[path = "stories/lives.rs"]
mod lives;
#[path = "stories/policies.rs"]
mod policies;
#[path = "stories/rolls.rs"]
mod rolls;
#[path = "stories/stage.rs"]
mod stage;
#[path = "stories/trouble.rs"]
mod trouble;
#[path = "stories/windows.rs"]
mod windows;
