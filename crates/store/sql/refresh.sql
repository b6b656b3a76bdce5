-- Asks for a fresh look at everything of an environment, and wakes its key.
-- $1 team, $2 name.
with newest as materialized (
    select e.uid from environments e
    where e.team = $1 and e.name = $2 and e.tombstone is null and e.successor is null
),
locked as materialized (
    select w.key from work w join newest on w.key = 'environment/' || newest.uid for update of w
),
asked as (
    update environments e
    -- Whoever waited for the row takes back nothing that was asked for later.
    set refresh_at = greatest(e.refresh_at, now())
    from newest
    where e.uid = newest.uid and (select count(*) from locked) >= 0 and e.tombstone is null
    returning e.uid, environment_document(e) as document
),
woken as (
    update work w
    set wake_seq = w.wake_seq + 1, due_at = least(w.due_at, now()), class = least(w.class, 1)
    from asked
    where w.key = 'environment/' || asked.uid
)
select document from asked
