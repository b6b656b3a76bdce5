-- Asks for a deletion and wakes the key; the second time it changes nothing.
-- $1 team, $2 name.
with newest as materialized (
    select e.uid from environments e
    where e.team = $1 and e.name = $2 and e.tombstone is null and e.successor is null
),
locked as materialized (
    select w.key from work w join newest on w.key = 'environment/' || newest.uid for update of w
),
deleted as (
    update environments e
    set presence = 'absent', generation = e.generation + 1, deleted_at = now()
    from newest
    where e.uid = newest.uid and e.deleted_at is null and (select count(*) from locked) >= 0
    returning e.uid, environment_document(e) as document
),
woken as (
    update work w
    set wake_seq = w.wake_seq + 1, due_at = least(w.due_at, now()), class = 0,
        failures = 0, crashes = 0
    from deleted
    where w.key = 'environment/' || deleted.uid
)
select document from deleted
union all
select environment_document(e) from environments e join newest on e.uid = newest.uid
where not exists (select from deleted)
