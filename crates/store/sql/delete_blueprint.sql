delete from blueprints where team = $1 and name = $2 returning generation
