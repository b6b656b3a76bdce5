-- Ends the leases of sweeps, of documents' workers and of passes that left no record.
-- $1: one document each.
with run as materialized (
    select * from jsonb_to_recordset($1::jsonb) as r (
        place integer, key text, owner text, epoch bigint, wake_seq bigint,
        due_in_ms bigint, failed boolean)
),
-- The fence.
held as materialized (
    select r.*
    from work w join run r on r.key = w.key and r.epoch = w.epoch and r.owner = w.lease_owner
    order by w.key
    for update of w
)
update work k
set lease_owner = null, lease_until = null, crashes = 0,
    failures = case when h.failed then k.failures + 1 else 0 end,
    -- A wake that this claim had not taken note of wants another run at once.
    due_at = case when k.wake_seq > h.wake_seq then now()
                  else now() + h.due_in_ms * interval '1 millisecond' end
from held h
where k.key = h.key
returning h.place
