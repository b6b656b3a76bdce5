select team from tokens
where sha256 = decode($1, 'hex') and (expires_at is null or expires_at > now())
