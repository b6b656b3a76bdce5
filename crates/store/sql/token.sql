-- $1 hash. A token that is valid now.
select left(encode(sha256, 'hex'), 16) as digits, team, note, created_at, expires_at
from tokens
where sha256 = decode($1, 'hex') and (expires_at is null or expires_at > now())
