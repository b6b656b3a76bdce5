-- One page of a sweep, and the wakes that it causes.
-- $1 key, $2 owner, $3 epoch, $4 began at, $5 facts ({uid, key, fact}),
-- $6 server, $7 space and $8 names, as a fact, if the page has any.
-- The work rows of all environments on the page are locked before anything is written: a
-- finish locks in that order too.
with lease as materialized (
    select w.key from work w
    where w.key = $1 and w.lease_owner = $2 and w.epoch = $3 and w.lease_until > now()
),
page as materialized (
    select distinct on (f.uid, f.key) f.uid, f.key, f.fact
    from lease, jsonb_to_recordset($5::jsonb) as f (place integer, uid text, key text, fact jsonb)
    order by f.uid, f.key, f.place
),
-- Names that are new may be what somebody waits for; who is Ready waits for none.
renamed as materialized (
    select e.uid
    from lease, environments e
    where e.server = $6 and e.space = $7 and e.tombstone is null
      and not e.conditions @> '[{"type": "Ready", "status": "True"}]'
      and not exists (
          select from spaces s where s.server = $6 and s.space = $7 and s.swept = $8::jsonb)
),
locked as materialized (
    select w.key, split_part(w.key, '/', 2) as uid
    from work w
    where w.key in (select 'environment/' || p.uid from page p
                    union all select 'environment/' || r.uid from renamed r)
    order by w.key
    for update
),
seen as (
    insert into observations (uid, key, began_at, fact)
    select p.uid, p.key, $4, p.fact
    from page p join locked l on l.uid = p.uid
    order by p.uid, p.key
    on conflict (uid, key) do update
        set began_at = excluded.began_at, fact = excluded.fact,
            changed = observations.fact is distinct from excluded.fact
        where excluded.began_at > observations.began_at
    returning uid, changed
),
named as (
    insert into spaces (server, space, began_at, fact, swept)
    select $6, $7, $4, $8::jsonb, $8::jsonb from lease where $8::jsonb is not null
    on conflict (server, space) do update
        set began_at = greatest(spaces.began_at, excluded.began_at),
            fact = case when excluded.began_at > spaces.began_at then excluded.fact
                        else spaces.fact end,
            swept = excluded.swept
),
woken as (
    update work w set wake_seq = w.wake_seq + 1, due_at = least(w.due_at, now())
    from locked l
    where w.key = l.key
      and (l.uid in (select s.uid from seen s where s.changed)
           or l.uid in (select r.uid from renamed r))
    returning w.key
)
select count(*) as woken from woken
