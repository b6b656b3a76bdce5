-- Keeps an answer, the first one that is given.
-- $1 owner, $2 key, $3 status, $4 headers, $5 body.
update answers set status = $3, headers = $4, body = $5
where owner = $1 and key = $2 and status is null
