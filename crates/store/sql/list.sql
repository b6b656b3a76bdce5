-- $1 team or null, $2 labels that must be so, $3 and $4 the team and name to go on after,
-- $5 at most this many. Of a name, the newest life.
select team, name, state, observed_generation, observed_at, tombstone
from environment_state
where newest
  and ($1::text is null or team = $1)
  and labels @> $2
  and (team, name) > ($3, $4)
order by team, name
limit $5
