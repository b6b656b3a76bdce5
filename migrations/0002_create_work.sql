-- What replicas share: one narrow row per key, for ever, instead of a queue of jobs. Nothing
-- has to be purged, a wake during a run is neither lost nor run twice, and rescheduling is
-- one column.
--
-- The row is written at each claim and each finish. It is kept apart from the wide tables,
-- with half of each page free for new versions, and is vacuumed early: dead versions at the
-- head of the queue are what makes such tables collapse.
create table work (
    key         text collate "C" primary key,
    kind        text not null,
    -- Fairness is counted over team and target; a sweep has no team, and its own place as
    -- target (`target` or `server/space`).
    team        text collate "C" not null default '',
    target      text collate "C" not null,
    class       smallint not null check (class between 0 and 2),
    due_at      timestamptz not null default now(),
    wake_seq    bigint not null default 1,
    lease_owner text,
    lease_until timestamptz,
    -- No request of an earlier claim was sent later than this.
    drain_until timestamptz not null default 'epoch',
    epoch       bigint not null default 0,
    -- Failed passes in a row.
    failures    integer not null default 0,
    -- Claims in a row that ended without a finish.
    crashes     integer not null default 0,
    check ((lease_owner is null) = (lease_until is null))
) with (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 500,
    autovacuum_analyze_scale_factor = 0.05,
    autovacuum_vacuum_cost_delay = 0
);

-- Exactly the order in which a claim reads; lease columns stay out of it, so that claiming
-- and renewing touch no index.
create index work_due on work (team, target, class, due_at, key);
