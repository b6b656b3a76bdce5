-- Another spec or other labels for a living environment, and its wake.
-- $1 uid, $2 the generation that the writer compared with, $3 labels, $4 spec,
-- $5 whether the spec differs, $6 server and $7 space if it newly has a place in Octopus,
-- $8 team, $9 name, $10 digests, $11 their bytes, $12 origin (null: it keeps its own),
-- $13 what is told (null: nothing, for only the build is another one).
with locked as materialized (
    select w.key from work w where w.key = 'environment/' || $1 for update
),
reservation as (
    insert into reserved_names (server, space, name, team, uid)
    select $6::text, $7::text, lower($9), $8, $1
    where $6::text is not null and (select count(*) from locked) >= 0
    on conflict (server, space, name) do update
        set uid = case when reserved_names.team = excluded.team
                       then excluded.uid else reserved_names.uid end
    returning team
),
changed as (
    update environments e
    set labels = $3, spec = $4, generation = e.generation + $5::boolean::int,
        declared_at = case when $5 then now() else e.declared_at end,
        origin = coalesce($12::jsonb, e.origin)
    where e.uid = $1 and e.generation = $2 and e.deleted_at is null
      and (select count(*) from locked) >= 0
      and coalesce((select team from reservation), $8) = $8
    returning e.uid, e.generation, environment_document(e) as document
),
woken as (
    update work w
    set wake_seq = w.wake_seq + 1,
        due_at = least(w.due_at, now()),
        class = least(w.class, 1),
        -- A new spec is a new chance.
        failures = case when $5 then 0 else w.failures end,
        crashes = case when $5 then 0 else w.crashes end
    from changed
    where w.key = 'environment/' || $1
),
told as (
    insert into timeline (uid, level, reason, message, generation, by, request)
    select c.uid, 'Normal', $13::jsonb ->> 'reason', $13 ->> 'message', c.generation,
           $13 ->> 'by', $13 ->> 'request'
    from changed c
    where $13::jsonb is not null
),
stored as (
    insert into blobs (digest, bytes)
    select b.digest, b.bytes from unnest($10::text[], $11::bytea[]) as b (digest, bytes)
    order by b.digest
    on conflict do nothing
)
select (select team from reservation) as holder, (select document from changed) as document
