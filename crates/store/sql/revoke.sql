-- $1 the id's digits, $2 whether whoever it belongs to, $3 otherwise whose: a team, or null for
-- the operators'.
delete from tokens
where left(encode(sha256, 'hex'), 16) = $1 and ($2::boolean or team is not distinct from $3)
returning true as revoked
