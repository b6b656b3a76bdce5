select id, at, level, reason, message, generation
from timeline
where uid = $1 and id > $2
order by id
limit $3
