select id, at, level, reason, message, generation, by, request, pass
from timeline
where uid = $1 and id > $2
order by id
limit $3
