-- Takes due keys and reads all that a pass over them needs.
-- $1 owner, $2 batch, $3 per team and target, $4 lease in milliseconds.
with recursive groups (team, target) as (
    -- All pairs of team and target, by one index probe each.
    (select w.team, w.target from work w order by w.team, w.target limit 1)
    union all
    select n.team, n.target
    from groups g
    cross join lateral (
        select w.team, w.target from work w
        where (w.team, w.target) > (g.team, g.target)
        order by w.team, w.target
        limit 1
    ) n
),
-- Read, not locked: `wake_seq`, `epoch` and `lease_owner` are those of the moment at which
-- everything else in this statement is read.
due as (
    select w.*,
        row_number() over (partition by w.team, w.target order by w.class, w.due_at, w.key) as rank
    from groups g
    -- One probe per class: not yet due rows are never walked over.
    cross join (values (0::smallint), (1::smallint), (2::smallint)) as c (class)
    cross join lateral (
        select w.key, w.team, w.target, w.class, w.due_at, w.wake_seq, w.epoch, w.lease_owner
        from work w
        where w.team = g.team and w.target = g.target and w.class = c.class
          and w.due_at <= now()
          and (w.lease_owner is null or w.lease_until <= now())
          and (w.crashes < 3 or w.kind <> 'environment')
          and w.kind in ('environment', 'target', 'space', 'document')
        order by w.due_at, w.key
        limit $3
    ) w
),
candidate as materialized (
    select * from due where rank <= $3 order by class, due_at, key limit $2
),
-- A row that somebody claimed, finished or renewed since it was read is left alone: what we
-- read of its environment could be older than what they wrote.
locked as materialized (
    select w.key, w.kind, w.crashes, w.lease_owner is not null as crashed,
           c.class, c.due_at, c.wake_seq
    from work w join candidate c on c.key = w.key
    where w.epoch = c.epoch
      and w.lease_owner is not distinct from c.lease_owner
      and (w.lease_owner is null or w.lease_until <= now())
    order by c.class, c.due_at, c.key
    for update of w skip locked
),
ordered as (
    select l.key, l.wake_seq, l.crashed or l.crashes > 0 as suspect,
           row_number() over queue as place,
           first_value(l.crashed or l.crashes > 0) over queue as alone
    from locked l
    where not (l.crashed and l.crashes >= 2)
    window queue as (order by l.class, l.due_at, l.key)
),
claimed as (
    update work w
    set epoch = w.epoch + 1,
        lease_owner = $1,
        lease_until = now() + $4::bigint * interval '1 millisecond',
        drain_until = case when w.lease_owner is null then w.drain_until
                           else greatest(w.drain_until, w.lease_until) end,
        crashes = w.crashes + (w.lease_owner is not null)::int
    from ordered o
    where w.key = o.key and case when o.alone then o.place = 1 else not o.suspect end
    returning w.key, w.kind, w.target, w.epoch, o.wake_seq, w.failures, w.drain_until, o.place
),
-- The third claim in a row without a finish: an environment is left to people, and comes
-- back with a new spec; a sweep or a document, which nobody could change, is tried again after
-- a pause.
parked as (
    update work w
    set lease_owner = null, lease_until = null, crashes = w.crashes + 1,
        drain_until = greatest(w.drain_until, w.lease_until),
        due_at = now() + interval '10 minutes'
    from locked l
    where w.key = l.key and l.crashed and l.crashes >= 2
    returning w.key, w.kind, w.epoch
),
told as (
    update environments e
    set conditions = jsonb_path_query_array(
            e.conditions, '$[*] ? (@.type != "Ready" && @.type != "Reconciling" && @.type != "Stalled")')
        || jsonb_build_array(
            jsonb_build_object('type', 'Ready', 'status', 'False') || said.condition,
            jsonb_build_object('type', 'Stalled', 'status', 'True') || said.condition)
    from parked p, lateral (select jsonb_build_object(
        'reason', 'Poisoned',
        'message', 'three passes in a row ended without a result, so it is not tried any more; change the spec, or delete the environment',
        'observedGeneration', (select x.generation from environments x where x.uid = split_part(p.key, '/', 2)),
        'lastTransitionTime', now()) as condition) said
    where p.kind = 'environment' and e.uid = split_part(p.key, '/', 2)
    returning e.uid, e.generation, p.key || '.' || p.epoch as pass
),
noted as (
    insert into timeline (uid, level, reason, message, generation, pass)
    select t.uid, 'Warning', 'Poisoned',
           'three passes in a row ended without a result: parked', t.generation, t.pass
    from told t
),
excused as (
    insert into sweeps (key, problem)
    select p.key, 'three sweeps in a row ended without a result: the next one is in 10 minutes'
    from parked p where p.kind in ('target', 'space')
    on conflict (key) do update set problem = excluded.problem
)
select c.key, c.epoch, c.wake_seq, c.failures, c.drain_until, now() as claimed_at,
       s.state, m.account, m.expected, d.wants
from claimed c
-- `offset 0` keeps the planner from joining first and looking up afterwards.
left join lateral (
    select s.state from environment_state s
    where c.kind = 'environment' and s.uid = split_part(c.key, '/', 2)
    offset 0
) s on true
left join lateral (
    select (select w.account from sweeps w where w.key = c.key) as account,
        case c.kind
        when 'target' then array(
            select e.uid from environments e
            where e.tombstone is null and e.target = c.target and e.known ->> 'stack' is not null
            order by e.uid)
        else array(
            select e.uid from environments e
            where e.tombstone is null and e.known ->> 'tenant' is not null
              and e.server = split_part(c.target, '/', 1)
              and e.space = substr(c.target, length(split_part(c.target, '/', 1)) + 2)
            order by e.uid)
        end as expected
    where c.kind in ('target', 'space')
    offset 0
) m on true
left join lateral (
    select coalesce(
        jsonb_agg(to_jsonb(w) - 'kind' order by w.asked_at, w.uid, w.kind), '[]') as wants
    from wants w
    where c.kind = 'document' and w.document = substr(c.key, length('document/') + 1)
    offset 0
) d on true
order by c.place
