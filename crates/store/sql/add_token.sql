-- Stores a token. $1 hash, $2 team or null for the operators', $3 note, $4 when it expires.
--
-- A new one makes room: those that expired so long ago explain nothing to anybody any more.
with forgotten as (
    delete from tokens t
    using (
        select o.sha256 from tokens o
        where o.expires_at < now() - interval '30 days' and o.sha256 <> decode($1, 'hex')
        limit 100
        for update skip locked
    ) o
    where t.sha256 = o.sha256
)
insert into tokens (sha256, team, note, expires_at)
values (decode($1, 'hex'), $2, $3, $4)
on conflict (sha256) do update
    set team = excluded.team, note = excluded.note, expires_at = excluded.expires_at
