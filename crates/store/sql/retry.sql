-- Raises the retry counter, tells it and wakes the key, which begins anew as with a new spec; a
-- deletion that was given up as well.
-- $1 team, $2 name, $3 the generation that the writer insists on or null, $4 what is told.
with newest as materialized (
    select e.uid, environment_document(e) as document from environments e
    where e.team = $1 and e.name = $2 and e.tombstone is null and e.successor is null
),
locked as materialized (
    select w.key from work w join newest on w.key = 'environment/' || newest.uid for update of w
),
retried as (
    update environments e
    set retry = e.retry + 1
    from newest
    where e.uid = newest.uid and (select count(*) from locked) >= 0
      and e.tombstone is null and e.successor is null
      and e.generation = coalesce($3::bigint, e.generation)
    returning e.uid, e.generation, environment_document(e) as document
),
woken as (
    update work w
    set wake_seq = w.wake_seq + 1, due_at = least(w.due_at, now()), class = least(w.class, 1),
        failures = 0, crashes = 0
    from retried
    where w.key = 'environment/' || retried.uid
),
told as (
    insert into timeline (uid, level, reason, message, generation, by, request)
    select r.uid, 'Normal', $4::jsonb ->> 'reason', $4 ->> 'message', r.generation,
           $4 ->> 'by', $4 ->> 'request'
    from retried r
)
select true as written, document from retried
union all
select false, document from newest where not exists (select from retried)
