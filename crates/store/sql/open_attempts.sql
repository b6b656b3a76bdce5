-- $1 key, $2 owner, $3 epoch, $4 uid, $5 generation, $6 attempts.
-- The work row is locked so that nobody takes the key over before the attempts can be seen;
-- the environment's row, so that a spec that came while we waited is noticed.
with lease as materialized (
    select w.key from work w
    where w.key = $1 and w.lease_owner = $2 and w.epoch = $3 and w.lease_until > now()
    for update
),
current as materialized (
    select e.uid from environments e, lease
    where e.uid = $4 and e.generation = $5 and e.tombstone is null
    for share of e
),
opened as (
    insert into attempts (uid, token, resource, verb, generation, retry, subject, release,
        reference)
    select c.uid, a.token, a.resource, a.verb, a.generation, a.retry, a.subject, a.release,
        a.reference
    from current c
    cross join jsonb_to_recordset($6::jsonb) as a (
        token text, resource text, verb text, generation bigint, retry bigint,
        subject text, release text, reference text)
    order by a.token
    on conflict (uid, token) do update
        set resource = excluded.resource, verb = excluded.verb,
            generation = excluded.generation, retry = excluded.retry,
            subject = excluded.subject, release = excluded.release,
            reference = coalesce(excluded.reference, attempts.reference),
            started_at = now(), settled = null, settled_at = null
)
select exists (select from current) as opened
