-- Notes that a person has approved a change set, tells it and wakes the key; the second time
-- it changes nothing.
-- $1 team, $2 name, $3 the generation that the writer insists on or null, $4 what is told,
-- $5 the change set's name.
with newest as materialized (
    select e.uid, environment_document(e) as document from environments e
    where e.team = $1 and e.name = $2 and e.tombstone is null and e.successor is null
      and e.deleted_at is null
),
locked as materialized (
    select w.key from work w join newest on w.key = 'environment/' || newest.uid for update of w
),
approved as (
    update environments e
    set approved = $5
    from newest
    where e.uid = newest.uid and e.deleted_at is null and (select count(*) from locked) >= 0
      and e.generation = coalesce($3::bigint, e.generation)
      and e.approved is distinct from $5
    returning e.uid, e.generation, environment_document(e) as document
),
woken as (
    update work w
    set wake_seq = w.wake_seq + 1, due_at = least(w.due_at, now()), class = least(w.class, 1)
    from approved
    where w.key = 'environment/' || approved.uid
),
told as (
    insert into timeline (uid, level, reason, message, generation, by, request)
    select a.uid, 'Normal', $4::jsonb ->> 'reason', $4 ->> 'message', a.generation,
           $4 ->> 'by', $4 ->> 'request'
    from approved a
)
select true as written, document from approved
union all
select false, document from newest where not exists (select from approved)
