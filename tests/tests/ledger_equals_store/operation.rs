//! The calls, and how they are thrown. Numbers are taken modulo what there is to choose from.

use proptest::prelude::*;

use super::asked::{Asked, asked};

/// A call to both ledgers.
#[derive(Debug, Clone)]
pub enum Operation {
    Declare(Declaring),
    /// One after the other.
    Ask(Vec<Asked>),
    Claim {
        owner: usize,
        batch: u32,
        share: u32,
        lasts: bool,
    },
    Finish(Vec<(usize, Pass)>),
    Release(usize),
    Renew {
        held: usize,
        lasts: bool,
    },
    Wake(usize),
    Ensure(usize),
    Open {
        held: usize,
        right: bool,
        token: u8,
    },
    Sweep {
        held: usize,
        uid: usize,
        fact: u8,
        hours: i64,
        names: Option<u8>,
    },
    End {
        held: usize,
        uid: usize,
        problem: bool,
        hours: i64,
    },
    Judge {
        held: usize,
        says: Vec<Verdict>,
        hours: i64,
    },
    Burn {
        held: usize,
        uids: Vec<usize>,
    },
}

/// What a document's worker says of a want.
#[derive(Debug, Clone, Copy)]
pub enum Verdict {
    Met,
    Unmet,
    Gone,
    Nothing,
}

/// What is declared, and by whom.
#[derive(Debug, Clone)]
pub struct Declaring {
    pub who: usize,
    pub parameter: u8,
    pub octopus: bool,
    /// Sometimes elsewhere, which is refused.
    pub elsewhere: bool,
    pub label: bool,
    pub guard: Guard,
}

/// Which generation the writer insists on.
#[derive(Debug, Clone, Copy)]
pub enum Guard {
    None,
    Right,
    Wrong,
}

/// What a pass leaves behind.
#[derive(Debug, Clone)]
pub struct Pass {
    pub failed: bool,
    pub later: bool,
    pub ready: bool,
    pub ambiguous: bool,
    pub over: bool,
    pub known: bool,
    pub facts: Vec<(u8, i64)>,
    pub settle: Option<u8>,
    pub refer: Option<u8>,
    /// Document and want.
    pub wants: Vec<(u8, u8)>,
}

pub fn guard() -> impl Strategy<Value = Guard> {
    prop_oneof![4 => Just(Guard::None), 1 => Just(Guard::Right), 1 => Just(Guard::Wrong)]
}

fn pass() -> impl Strategy<Value = Pass> {
    (
        any::<(bool, bool, bool, bool, bool)>(),
        prop::bool::weighted(0.7),
        prop::collection::vec((0..7u8, 0..3i64), 0..4),
        prop::option::of(0..2u8),
        prop::option::of(0..2u8),
        prop::collection::vec((0..2u8, 0..4u8), 0..4),
    )
        .prop_map(
            |((failed, later, ready, ambiguous, known), over, facts, settle, refer, wants)| Pass {
                failed,
                later,
                ready,
                ambiguous,
                over,
                known,
                facts,
                settle,
                refer,
                wants,
            },
        )
}

pub fn operation() -> impl Strategy<Value = Operation> {
    let declare = (
        any::<usize>(),
        0..2u8,
        any::<bool>(),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.2),
        guard(),
    )
        .prop_map(|(who, parameter, octopus, elsewhere, label, guard)| {
            Operation::Declare(Declaring {
                who,
                parameter,
                octopus,
                elsewhere,
                label,
                guard,
            })
        });
    let claim = (0..2usize, 1..5u32, 1..4u32, prop::bool::weighted(0.45)).prop_map(
        |(owner, batch, share, lasts)| Operation::Claim {
            owner,
            batch,
            share,
            lasts,
        },
    );
    let sweep = (
        any::<usize>(),
        any::<usize>(),
        0..6u8,
        0..3i64,
        prop::option::of(0..2u8),
    )
        .prop_map(|(held, uid, fact, hours, names)| Operation::Sweep {
            held,
            uid,
            fact,
            hours,
            names,
        });
    let end = (any::<usize>(), any::<usize>(), any::<bool>(), 0..3i64).prop_map(
        |(held, uid, problem, hours)| Operation::End {
            held,
            uid,
            problem,
            hours,
        },
    );
    let verdict = prop_oneof![
        4 => Just(Verdict::Met),
        2 => Just(Verdict::Unmet),
        3 => Just(Verdict::Gone),
        1 => Just(Verdict::Nothing),
    ];
    let judge = (
        any::<usize>(),
        prop::collection::vec(verdict, 1..4),
        0..3i64,
    )
        .prop_map(|(held, says, hours)| Operation::Judge { held, says, hours });
    let burn = (any::<usize>(), prop::collection::vec(any::<usize>(), 1..3))
        .prop_map(|(held, uids)| Operation::Burn { held, uids });
    prop_oneof![
        6 => declare,
        6 => prop::collection::vec(asked(), 1..5).prop_map(Operation::Ask),
        12 => claim,
        10 => prop::collection::vec((any::<usize>(), pass()), 1..4).prop_map(Operation::Finish),
        1 => any::<usize>().prop_map(Operation::Release),
        1 => (any::<usize>(), any::<bool>())
            .prop_map(|(held, lasts)| Operation::Renew { held, lasts }),
        3 => any::<usize>().prop_map(Operation::Wake),
        2 => any::<usize>().prop_map(Operation::Ensure),
        8 => (any::<usize>(), prop::bool::weighted(0.8), 0..2u8)
            .prop_map(|(held, right, token)| Operation::Open { held, right, token }),
        4 => sweep,
        5 => end,
        5 => judge,
        1 => burn,
    ]
}
