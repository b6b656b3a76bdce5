//! Each series, and what made it move.

/// What a series has to have done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// It had two values.
    Moves,
    /// It has a value, which may stay for the life of a process.
    Stands,
}

/// A name, labels of one of its series, what that did, and why.
pub type Row = (&'static str, &'static [&'static str], Does, &'static str);

use Does::{Moves, Stands};

/// Each name that a daemon ever tells has a row.
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    ("controller_runtime_reconcile_total", &[r#"controller="environment""#, r#"result="requeue_after""#], Moves, "environments are on their way"),
    ("controller_runtime_reconcile_total", &[r#"controller="target""#, r#"result="error""#], Moves, "a sweep is denied"),
    ("controller_runtime_reconcile_total", &[r#"controller="space""#], Moves, "the space is swept"),
    ("controller_runtime_reconcile_total", &[r#"controller="document""#], Moves, "environments want a slot"),
    ("controller_runtime_reconcile_time_seconds", &[r#"controller="environment""#], Moves, "passes end"),
    ("controller_runtime_active_workers", &[r#"controller="environment""#], Moves, "the providers are slow"),
    ("bennu_queue_due", &[r#"kind="target""#], Moves, "its row is locked"),
    ("bennu_queue_oldest_due_seconds", &[r#"kind="target""#], Moves, "its row is locked"),
    ("bennu_queue_leased", &[r#"kind="environment""#], Moves, "a stranger has a lease"),
    ("bennu_queue_failing", &[r#"kind="target""#], Moves, "its sweep is denied"),
    ("bennu_queue_parked", &[r#"kind="environment""#], Moves, "three crashes are written down"),
    ("bennu_leases_lost_total", &[], Moves, "somebody else claims a key under a pass"),
    ("bennu_fenced_writes_total", &[], Moves, "that pass ends"),
    ("bennu_ledger_errors_total", &[], Moves, "a table is away"),
    ("bennu_overview_up", &[], Moves, "a table is away"),
    ("bennu_provider_calls_total", &[r#"service="cloudformation""#, r#"result="ok""#], Moves, "stacks are created"),
    ("bennu_provider_calls_total", &[r#"service="cloudformation""#, r#"result="denied""#], Moves, "a right is missing"),
    ("bennu_provider_calls_total", &[r#"service="cloudformation""#, r#"result="throttled""#], Moves, "there were too many"),
    ("bennu_provider_calls_total", &[r#"service="octopus""#, r#"result="ok""#], Moves, "tenants are created"),
    ("bennu_provider_call_duration_seconds", &[r#"service="cloudformation""#], Moves, "stacks are created"),
    ("bennu_provider_throttles_total", &[r#"service="cloudformation""#], Moves, "there were too many"),
    ("bennu_budget_left", &[r#"meter="cloudformation/"#], Moves, "calls are made"),
    ("bennu_budget_rate", &[r#"meter="cloudformation/"#], Moves, "there were too many"),
    ("bennu_budget_waits_total", &[r#"meter="cloudformation/"#], Moves, "the budget is small"),
    ("bennu_budget_wait_seconds", &[r#"meter="cloudformation/"#], Moves, "calls are made"),
    ("bennu_sweeps_total", &[r#"kind="target""#, r#"result="ok""#], Moves, "the target is swept"),
    ("bennu_sweeps_total", &[r#"kind="target""#, r#"result="failed""#], Moves, "a right is missing"),
    ("bennu_sweeps_total", &[r#"kind="space""#, r#"result="ok""#], Moves, "the space is swept"),
    ("bennu_sweep_age_seconds", &[r#"kind="target""#, r#"place="dev-sydney""#], Moves, "time passes"),
    ("bennu_sweep_objects", &[r#"kind="target""#, r#"place="dev-sydney""#], Moves, "there are stacks"),
    ("bennu_sweep_objects", &[r#"kind="space""#, r#"place="main/Default""#], Moves, "there are tenants"),
    ("bennu_sweep_problem", &[r#"kind="target""#, r#"place="dev-sydney""#], Moves, "a right is missing"),
    ("bennu_sweep_brake", &[r#"kind="target""#, r#"place="dev-sydney""#], Moves, "the account is another, and a stack is gone"),
    ("bennu_environments", &[r#"team="checkout""#, r#"readiness="progressing""#], Moves, "a branch is built"),
    ("bennu_environments", &[r#"team="checkout""#, r#"readiness="ready""#], Moves, "it is ready"),
    ("bennu_environments", &[r#"team="checkout""#, r#"readiness="stalled""#], Moves, "its stack cannot be created"),
    ("bennu_environments", &[r#"team="checkout""#, r#"readiness="deleting""#], Moves, "a branch is gone"),
    ("bennu_open_attempts", &[r#"verb="create-stack""#], Moves, "a stack is on its way"),
    ("bennu_open_attempt_oldest_seconds", &[r#"verb="create-stack""#], Moves, "a stack is on its way"),
    ("bennu_slots_held", &[r#"server="main""#, r#"space="Default""#], Moves, "a server boots"),
    ("bennu_slots_waiting", &[r#"server="main""#, r#"space="Default""#], Moves, "another one waits for the only slot"),
    ("bennu_webhook_deliveries_total", &[r#"outcome="declared""#], Moves, "a branch is built"),
    ("bennu_webhook_deliveries_total", &[r#"outcome="deleted""#], Moves, "a branch is gone"),
    ("bennu_webhook_deliveries_total", &[r#"outcome="bad-signature""#], Moves, "somebody forges a delivery"),
    ("bennu_webhook_to_first_call_seconds", &[], Moves, "a branch is built"),
    ("bennu_webhook_to_ready_seconds", &[], Moves, "it is ready"),
    ("bennu_http_requests_total", &[r#"status="200""#], Moves, "the team looks"),
    ("bennu_http_requests_total", &[r#"status="401""#], Moves, "somebody forges a delivery"),
    ("bennu_http_request_duration_seconds", &[], Moves, "the team looks"),
    ("bennu_build_info", &[r#"version=""#], Stands, "it is that of the binary"),
    ("process_cpu_seconds_total", &[], Moves, "there was work"),
    ("process_open_fds", &[], Moves, "there were connections"),
    ("process_max_fds", &[], Stands, "the machine allows some"),
    ("process_virtual_memory_bytes", &[], Stands, "there is some"),
    ("process_resident_memory_bytes", &[], Moves, "there was work"),
    ("process_start_time_seconds", &[], Stands, "it has begun"),
    ("process_threads", &[], Stands, "there are some"),
];
