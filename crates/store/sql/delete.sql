-- Asks for a deletion, tells it and wakes the key; the second time it changes nothing.
-- $1 team, $2 name, $3 the generation that the writer insists on or null, $4 what is told.
with newest as materialized (
    select e.uid, environment_document(e) as document from environments e
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
      and e.generation = coalesce($3::bigint, e.generation)
    returning e.uid, e.generation, environment_document(e) as document
),
woken as (
    update work w
    set wake_seq = w.wake_seq + 1, due_at = least(w.due_at, now()), class = 0,
        failures = 0, crashes = 0
    from deleted
    where w.key = 'environment/' || deleted.uid
),
told as (
    insert into timeline (uid, level, reason, message, generation, by, request)
    select d.uid, 'Normal', $4::jsonb ->> 'reason', $4 ->> 'message', d.generation,
           $4 ->> 'by', $4 ->> 'request'
    from deleted d
)
select true as written, document from deleted
union all
select false, document from newest where not exists (select from deleted)
