-- $1 owner, $2 keys, $3 their epochs, $4 lease in milliseconds.
with held as materialized (
    select w.key
    from work w join unnest($2::text[], $3::bigint[]) as h (key, epoch)
        on w.key = h.key and w.epoch = h.epoch
    where w.lease_owner = $1 and w.lease_until > now()
    order by w.key
    for update of w
)
update work w set lease_until = now() + $4::bigint * interval '1 millisecond'
from held where w.key = held.key
returning w.key
