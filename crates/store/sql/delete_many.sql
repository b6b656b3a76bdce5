-- Asks for the deletion of those that are still to be, as a user does, and tells it.
-- $1 uids, $2 what is told.
with locked as materialized (
    select w.key from work w
    where w.key in (select 'environment/' || u.uid from unnest($1::text[]) as u (uid))
    order by w.key
    for update
),
deleted as (
    update environments e
    set presence = 'absent', generation = e.generation + 1, deleted_at = now()
    where e.uid = any ($1::text[]) and e.deleted_at is null and (select count(*) from locked) >= 0
    returning e.uid, e.generation
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
    select d.uid, 'Normal', $2::jsonb ->> 'reason', $2 ->> 'message', d.generation,
           $2 ->> 'by', $2 ->> 'request'
    from deleted d
)
select uid from deleted
