-- Moves a branch's memory on, and locks it; no row: it was moved by somebody else.
-- $1 repository, $2 branch, $3 at, $4 build, $5 the sequence that is stored, 0 for none,
-- $6 whether the event counts; if not, the memory is only locked.
with created as (
    insert into branches (repository, branch, at, build)
    select $1, $2, $3, $4 where $5::bigint = 0 and $6::boolean
    on conflict do nothing
    returning sequence
),
changed as (
    update branches b
    set at = case when $6::boolean then $3 else b.at end,
        build = case when $6::boolean then $4 else b.build end,
        sequence = b.sequence + $6::boolean::int
    where b.repository = $1 and b.branch = $2 and b.sequence = $5::bigint and $5::bigint > 0
    returning b.sequence
)
select sequence from created
union all select sequence from changed
-- Nothing to lock: whoever makes the first memory of the branch is not in our way.
union all select 0 where $5::bigint = 0 and not $6::boolean
