insert into tokens (sha256, team, note, expires_at)
values (decode($1, 'hex'), $2, $3, $4)
on conflict (sha256) do update
    set team = excluded.team, note = excluded.note, expires_at = excluded.expires_at
