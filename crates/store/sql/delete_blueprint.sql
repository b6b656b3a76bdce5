-- Forgets a blueprint; no row: it is not there, or its generation is another one.
-- $1 team, $2 name, $3 the generation that the writer insists on, or null.
delete from blueprints
where team = $1 and name = $2 and ($3::bigint is null or generation = $3)
returning generation
