-- What this owner does not know that it holds, for the answer to a claim of it was lost.
-- A pass of its own that died may be among it, with a request on its way until now.
-- $1 owner, $2 keys that it knows of, $3 their epochs.
with unknown as materialized (
    select w.key
    from work w
    where w.lease_owner = $1
      and not exists (
          select from unnest($2::text[], $3::bigint[]) as h (key, epoch)
          where h.key = w.key and h.epoch = w.epoch)
    order by w.key
    for update of w
)
update work w set lease_owner = null, lease_until = null, due_at = now(),
    drain_until = greatest(w.drain_until, now())
from unknown where w.key = unknown.key
