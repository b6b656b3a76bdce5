-- $1 team or null, $2 name or null, $3 repository or null.
select team, name, generation, spec
from blueprints
where ($1::text is null or team = $1)
  and ($2::text is null or name = $2)
  and ($3::text is null or repository = $3)
order by team, name
