-- $1 owner, $2 keys, $3 their epochs.
with held as materialized (
    select w.key
    from work w join unnest($2::text[], $3::bigint[]) as h (key, epoch)
        on w.key = h.key and w.epoch = h.epoch
    where w.lease_owner = $1
    order by w.key
    for update of w
)
update work w set lease_owner = null, lease_until = null, due_at = now()
from held where w.key = held.key
