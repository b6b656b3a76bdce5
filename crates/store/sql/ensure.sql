-- $1 keys, $2 kinds, $3 the targets of sweeps (null for environments).
insert into work (key, kind, team, target, class)
select k.key, k.kind, coalesce(e.team, ''), coalesce(e.target, k.target),
       case when e.uid is null then 0 else 2 end
from unnest($1::text[], $2::text[], $3::text[]) as k (key, kind, target)
left join environments e
    on k.kind = 'environment' and k.key = 'environment/' || e.uid and e.tombstone is null
where k.kind <> 'environment' or e.uid is not null
order by k.key
on conflict (key) do nothing
