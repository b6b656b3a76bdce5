-- Stores a blueprint over what it was compared with; no row: that has moved.
-- $1 team, $2 name, $3 repository, $4 spec, $5 the generation that is stored, 0 for none,
-- $6 digests, $7 their bytes.
with created as (
    insert into blueprints (team, name, repository, spec)
    select $1, $2, $3, $4 where $5::bigint = 0
    on conflict do nothing
    returning generation
),
changed as (
    update blueprints b
    set repository = $3, spec = $4, generation = b.generation + 1
    where b.team = $1 and b.name = $2 and b.generation = $5::bigint and $5::bigint > 0
    returning b.generation
),
stored as (
    insert into blobs (digest, bytes)
    select b.digest, b.bytes from unnest($6::text[], $7::bytea[]) as b (digest, bytes)
    order by b.digest
    on conflict do nothing
)
select generation from created union all select generation from changed
