//! A misspelt name and a failed cmdlet end a script, instead of going on with nothing.

use super::tree::{Script, statements};

const OPENING: [&str; 2] = [
    "Set-StrictMode -Version Latest",
    "$ErrorActionPreference = 'Stop'",
];

/// Scripts, and blocks that DSC runs in a process of its own, which do not begin strictly.
pub fn findings(script: &Script) -> Vec<String> {
    let mut blocks = vec![script.root()];
    blocks.extend(script.blocks("SetScript"));
    let lax = blocks.into_iter().filter(|block| {
        let opening = statements(*block).into_iter().take(2);
        let opening: Vec<&str> = opening.map(|node| script.text(node)).collect();
        opening != OPENING
    });
    lax.map(|block| script.finding(block, "it does not begin strictly"))
        .collect()
}
