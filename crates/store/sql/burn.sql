-- Asks for deletions, as delete.sql does, in the name of a claim.
-- $1 key, $2 owner, $3 epoch, $4 uids, $5 what is told.
with locked as materialized (
    select w.key, w.lease_owner, w.epoch, w.lease_until
    from work w
    where w.key = any (array(
        select $1::text union all select 'environment/' || u.uid from unnest($4::text[]) as u (uid)))
    order by w.key
    for update
),
deleted as (
    update environments e
    set presence = 'absent', generation = e.generation + 1, deleted_at = now()
    from locked own
    where own.key = $1 and own.lease_owner = $2 and own.epoch = $3 and own.lease_until > now()
      and (select count(*) from locked) >= 0
      and e.uid = any ($4::text[]) and e.deleted_at is null and e.tombstone is null
    returning e.uid, e.generation
),
woken as (
    update work w
    set wake_seq = w.wake_seq + 1, due_at = least(w.due_at, now()), class = 0,
        failures = 0, crashes = 0
    from deleted
    where w.key = 'environment/' || deleted.uid
    returning w.key
),
told as (
    insert into timeline (uid, level, reason, message, generation, pass)
    select d.uid, 'Normal', $5::jsonb ->> 'reason', $5 ->> 'message', d.generation,
           $1::text || '.' || $3::bigint
    from deleted d
)
select key from woken
