-- $1 whether all, $2 otherwise whose: a team, or null for the operators'.
select left(encode(sha256, 'hex'), 16) as digits, team, note, created_at, expires_at
from tokens
where $1::boolean or team is not distinct from $2
order by created_at desc, sha256
