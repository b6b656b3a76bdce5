-- How everything stands, counted: one row of lists. Everything that grows for ever is counted by
-- an index that holds its living part only.
with queued as (
    select w.kind, w.due_at, w.failures, w.crashes, w.lease_until > now() as leased,
        w.due_at <= now() and (w.lease_owner is null or w.lease_until <= now())
            -- As in a claim: only what a person can change waits for one.
            and (w.crashes < 3 or w.kind <> 'environment') as due
    from work w
),
queue as (
    select k.kind,
        count(*) filter (where q.due) as due,
        coalesce(extract(epoch from now() - min(q.due_at) filter (where q.due)), 0) as oldest_due_s,
        count(*) filter (where q.leased) as leased,
        count(*) filter (where q.failures > 0) as failing,
        count(*) filter (where q.crashes >= 3) as parked
    from (values ('environment'), ('target'), ('space'), ('document')) as k (kind)
    left join queued q on q.kind = k.kind
    group by k.kind
),
environment as (
    select e.team,
        case when jsonb_path_exists(
                e.conditions,
                '$[*] ? (@.type == "Ready" && @.status == "True" && @.observedGeneration == $generation)',
                jsonb_build_object('generation', e.generation)) then 'ready'
             when e.conditions @? '$[*] ? (@.type == "Stalled" && @.status == "True")' then 'stalled'
             when e.deleted_at is not null then 'deleting'
             else 'progressing' end as readiness
    from environments e
    where e.tombstone is null
),
attempt as (
    select a.verb, count(*) as open, extract(epoch from now() - min(a.started_at)) as oldest_s
    from attempts a
    -- A life can end with attempts that nobody will settle any more.
    join environments e on e.uid = a.uid and e.tombstone is null
    where a.settled is null
    group by a.verb
),
slot as (
    select w.document,
        count(*) filter (where w.met_at is not null) as held,
        count(*) filter (where w.met_at is null) as waiting
    from wants w
    -- The keys of all documents of this kind, by the primary key.
    where w.document >= 'slots/' and w.document < 'slots0' and w.kind = 'slot' and not w.withdrawn
    group by w.document
),
sweep as (
    select w.kind, w.target as place, extract(epoch from now() - s.swept_at) as age_s,
        coalesce(s.seen, 0) as seen, s.problem is not null as has_problem
    from work w
    left join sweeps s on s.key = w.key
    where w.kind in ('target', 'space')
)
select
    (select coalesce(jsonb_agg(to_jsonb(q)), '[]') from queue q) as queues,
    (select coalesce(jsonb_agg(to_jsonb(c)), '[]') from (
        select team, readiness, count(*) as environments from environment group by team, readiness
    ) c) as environments,
    (select coalesce(jsonb_agg(to_jsonb(a)), '[]') from attempt a) as attempts,
    (select coalesce(jsonb_agg(to_jsonb(s)), '[]') from slot s) as slots,
    (select coalesce(jsonb_agg(to_jsonb(s)), '[]') from sweep s) as sweeps
