//! How fast the simulated world is, and how large: `make bench`.
//!
//! Each figure stands beside what bounds it, measured in the same run: calls beside a server
//! that answers nothing but a few bytes, memory beside the texts that the world has to keep.

#![expect(clippy::unwrap_used, reason = "a bench stops at the first surprise")]
#![expect(clippy::print_stdout, reason = "a program says what it found")]
#![expect(clippy::disallowed_methods, reason = "what is measured is real time")]

mod calls;
mod hours;
mod memory;

use std::time::Instant;

fn main() {
    // `cargo test --benches` and `cargo bench` pass words for a harness that this has not.
    // First, while the process holds nothing else.
    println!("{}", memory::of(10_000));
    println!("{}", hours::busy(1_000));
    println!("{}", calls::read(10_000));
    println!("{}", calls::write());
}

/// What `act` gives, and the real seconds that it took.
fn timed<T>(act: impl FnOnce() -> T) -> (T, f64) {
    let begun = Instant::now();
    let done = act();
    (done, begun.elapsed().as_secs_f64())
}

/// Thousands apart, so that people can read it.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}
