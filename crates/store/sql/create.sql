-- A new life: content, reservation, environment, work row and first entry in one statement.
-- $1 team, $2 name, $3 labels, $4 spec, $5 server, $6 space (null without Octopus),
-- $7 target, $8 digests, $9 their bytes, $10 origin (null for what a person declared),
-- $11 what is told.
--
-- The order of locks is the same as in finish.sql: the earlier life, then the reservation.
-- Waiting for the earlier life decides the race with its tombstone: it is either still there
-- and learns of its successor, or it is over and is no predecessor.
with life as materialized (
    select right(replace(gen_random_uuid()::text, '-', ''), 16) as uid
),
earlier as materialized (
    select e.uid from environments e
    where e.team = $1 and e.name = $2
      and e.tombstone is null and e.successor is null and e.deleted_at is not null
    for update
),
-- Another team's reservation stays as it is; of our own name, the newest life holds it.
-- An update rather than nothing: only that returns a row which this statement cannot see yet.
reservation as (
    insert into reserved_names (server, space, name, team, uid)
    select $5::text, $6::text, lower($2), $1, life.uid
    from life
    where $5::text is not null and (select count(*) from earlier) >= 0
    on conflict (server, space, name) do update
        set uid = case when reserved_names.team = excluded.team
                       then excluded.uid else reserved_names.uid end
    returning team
),
allowed as (
    select life.uid from life where coalesce((select team from reservation), $1) = $1
),
succeeded as (
    update environments e set successor = allowed.uid
    from earlier, allowed
    where e.uid = earlier.uid
    returning e.uid
),
created as (
    insert into environments (uid, team, name, labels, spec, origin, predecessor)
    select allowed.uid, $1, $2, $3, $4, $10::jsonb, (select uid from succeeded)
    from allowed
    returning uid, generation, environment_document(environments) as document
),
woken as (
    insert into work (key, kind, team, target, class)
    select 'environment/' || created.uid, 'environment', $1, $7, 1 from created
),
told as (
    insert into timeline (uid, level, reason, message, generation, by, request)
    select c.uid, 'Normal', $11::jsonb ->> 'reason', $11 ->> 'message', c.generation,
           $11 ->> 'by', $11 ->> 'request'
    from created c
),
stored as (
    insert into blobs (digest, bytes)
    select b.digest, b.bytes from unnest($8::text[], $9::bytea[]) as b (digest, bytes)
    order by b.digest
    on conflict do nothing
)
select (select team from reservation) as holder, (select document from created) as document
