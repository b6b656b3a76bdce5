-- $1 key, $2 owner, $3 epoch, $4 began at, $5 uids of what is missing, $6 the fact's key and
-- $7 the fact to be written for them, $8 how many were seen, $9 account, $10 problem.
-- A sweep with a problem leaves the problem and nothing else.
with lease as materialized (
    select w.key from work w
    where w.key = $1 and w.lease_owner = $2 and w.epoch = $3 and w.lease_until > now()
),
locked as materialized (
    select w.key, split_part(w.key, '/', 2) as uid
    from work w
    where $10::text is null
      and exists (select from lease)
      and w.key in (select 'environment/' || m.uid from unnest($5::text[]) as m (uid))
    order by w.key
    for update
),
seen as (
    insert into observations (uid, key, began_at, fact)
    select l.uid, $6, $4, $7::jsonb from locked l order by l.uid
    on conflict (uid, key) do update
        set began_at = excluded.began_at, fact = excluded.fact,
            changed = observations.fact is distinct from excluded.fact
        where excluded.began_at > observations.began_at
    returning uid, changed
),
woken as (
    update work w set wake_seq = w.wake_seq + 1, due_at = least(w.due_at, now())
    from locked l join seen s on s.uid = l.uid and s.changed
    where w.key = l.key
),
closed as (
    insert into sweeps (key, swept_at, account, seen, problem)
    select l.key, case when $10::text is null then $4::timestamptz end,
           case when $10::text is null then $9::text end,
           case when $10::text is null then $8::bigint else 0 end, $10
    from lease l
    on conflict (key) do update
        set swept_at = coalesce(excluded.swept_at, sweeps.swept_at),
            account = coalesce(excluded.account, sweeps.account),
            seen = case when excluded.problem is null then excluded.seen else sweeps.seen end,
            problem = excluded.problem
)
select count(*) as missing from seen
