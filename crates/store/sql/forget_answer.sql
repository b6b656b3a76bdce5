-- Forgets a request that was begun and not answered. $1 owner, $2 key.
delete from answers where owner = $1 and key = $2 and status is null
