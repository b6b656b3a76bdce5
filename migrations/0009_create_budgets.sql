-- How many calls may go to what a provider meters: one row each, from which all replicas
-- take. Amounts are in calls. A row that is lost is a meter that is full, no more.
create table budgets (
    meter        text collate "C" primary key,
    -- Calls a second: the allowance, or less after throttles.
    rate         double precision not null,
    -- Held for sweeps and deletions, held for what people wait for, and there for all.
    first        double precision not null,
    waited       double precision not null,
    common       double precision not null,
    -- What came in until then is in the three above.
    as_of        timestamptz not null default clock_timestamp(),
    throttled_at timestamptz,
    closed_until timestamptz,
    -- Until when routine gets nothing, because something else has not got enough.
    pressed_until timestamptz
    -- Written about once a second by each replica, and never by an indexed column.
) with (fillfactor = 50);
