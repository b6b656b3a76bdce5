-- What is stored about a branch: its memory, and its environments that are to be.
-- $1 repository, $2 branch.
select (
    select jsonb_build_object('at', b.at, 'build', b.build) from branches b
    where b.repository = $1 and b.branch = $2
) as last, (
    select b.sequence from branches b where b.repository = $1 and b.branch = $2
) as sequence, (
    select coalesce(jsonb_agg(jsonb_build_object(
        'uid', e.uid, 'team', e.team, 'name', e.name, 'origin', e.origin) order by e.team, e.name), '[]')
    from environments e
    where e.origin ->> 'repository' = $1 and e.origin ->> 'branch' = $2
      and e.tombstone is null and e.origin is not null and e.deleted_at is null
) as living
