//! What a large world weighs.

use crate::{grouped, hours};

/// The memory of `stacks` stacks with their groups and instances.
pub fn of(stacks: usize) -> String {
    let before = resident_kib();
    let world = hours::filled(stacks);
    let grown = resident_kib().saturating_sub(before);
    drop(world);
    format!(
        "memory with {} stacks of 9 resources and 2 instances: {} MiB, {:.1} KiB a stack",
        grouped(stacks as f64),
        grouped(grown as f64 / 1024.0),
        grown as f64 / stacks as f64,
    )
}

/// What the system holds for this process, in KiB; 0 where it does not tell.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.and_then(|text| text.parse().ok()).unwrap_or(0)
}
