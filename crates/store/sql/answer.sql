-- Settles a delivery; no row: somebody else has. $1 source, $2 id, $3 answer.
update deliveries set answer = $3
where source = $1 and id = $2 and answer is null
returning true as settled
