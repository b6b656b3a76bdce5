-- Notes that a person has approved a change set, and wakes the key.
-- $1 team, $2 name, $3 the change set's name.
with newest as materialized (
    select e.uid from environments e
    where e.team = $1 and e.name = $2 and e.tombstone is null and e.successor is null
      and e.deleted_at is null
),
locked as materialized (
    select w.key from work w join newest on w.key = 'environment/' || newest.uid for update of w
),
approved as (
    update environments e
    set approved = $3
    from newest
    where e.uid = newest.uid and e.deleted_at is null and (select count(*) from locked) >= 0
    returning e.uid, environment_document(e) as document
),
woken as (
    update work w
    set wake_seq = w.wake_seq + 1, due_at = least(w.due_at, now()), class = least(w.class, 1)
    from approved
    where w.key = 'environment/' || approved.uid
)
select document from approved
