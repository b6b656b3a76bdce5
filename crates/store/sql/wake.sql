with locked as materialized (
    select w.key from work w where w.key = any ($1::text[]) order by w.key for update
)
update work w set wake_seq = w.wake_seq + 1, due_at = least(w.due_at, now())
from locked where w.key = locked.key
