-- Who holds a name in a space.
-- $1 server, $2 space, $3 name.
select team from reserved_names where server = $1 and space = $2 and name = lower($3)
