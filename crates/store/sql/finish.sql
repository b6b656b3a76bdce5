-- Everything that a batch of passes over environments leaves behind. $1: the passes, one
-- document each. Locks: work rows in key order (documents, then environments), then
-- environments, reservations, observations.
with pass as materialized (
    select * from jsonb_to_recordset($1::jsonb) as p (
        place integer, key text, owner text, epoch bigint, wake_seq bigint,
        due_in_ms bigint, failed boolean, ambiguous boolean, at_rest boolean,
        uid text, generation bigint, known jsonb, conditions jsonb, report jsonb,
        facts jsonb, outcomes jsonb, wants jsonb, entries jsonb, tombstone text)
),
-- Whoever still holds the key, read before anything is locked. Wants are changed by finishes
-- under the lease only, so what is read of them here is what stands when it is written; a
-- document's worker may take away a withdrawn one meanwhile, and changes nothing else of it.
--
-- A life ends only after the one before it: so `predecessor` alone says whether a name's
-- earlier lives are over. Otherwise all else is recorded, and the end of the earlier life
-- wakes this one.
running as materialized (
    select p.uid, p.wants,
           p.tombstone is not null and (e.predecessor is null or exists (
               select from environments b
               where b.uid = e.predecessor and b.tombstone is not null)) as ends
    from pass p
    join work w on w.key = p.key and w.epoch = p.epoch and w.lease_owner = p.owner
    join environments e on e.uid = p.uid
    where p.key = 'environment/' || p.uid
),
wanted as materialized (
    select r.uid, n.document, n.target, n.kind, n.want
    from running r
    cross join lateral jsonb_to_recordset(r.wants)
        as n (document text, target text, kind text, want jsonb)
    where not r.ends
),
asked as materialized (
    select n.*
    from wanted n
    left join wants w on w.document = n.document and w.uid = n.uid and w.kind = n.kind
    where w.uid is null or w.withdrawn or w.want <> n.want
),
unwanted as materialized (
    select w.document, w.uid, w.kind, r.ends
    from running r join wants w on w.uid = r.uid
    where r.ends or not w.withdrawn and not exists (
        select from wanted n
        where n.document = w.document and n.uid = w.uid and n.kind = w.kind)
),
-- First of all locks, for documents come first in key order; the conflict clause reaches rows
-- that this statement cannot see yet. A document that something is withdrawn from has its row
-- since it was asked for, so its target is not written.
called as (
    insert into work (key, kind, team, target, class)
    select 'document/' || c.document, 'document', '', coalesce(max(c.target), ''), 0
    from (select document, target from asked
          union all select document, null from unwanted) c
    group by c.document
    order by 1
    on conflict (key) do update
        set wake_seq = work.wake_seq + 1, due_at = least(work.due_at, now())
    returning key
),
-- The fence. Who lost the race to it has woken documents for nothing.
held as materialized (
    select p.*
    from work w join pass p on p.key = w.key and p.epoch = w.epoch and p.owner = w.lease_owner
    where p.key = 'environment/' || p.uid and (select count(*) from called) >= 0
    order by w.key
    for update of w
),
ending as (
    select h.uid from held h join running r on r.uid = h.uid where r.ends
),
written as (
    update environments e
    set known = h.known, conditions = h.conditions, report = h.report,
        observed_generation = h.generation, observed_at = now(),
        tombstone = case when n.uid is not null then h.tombstone end,
        tombstone_at = case when n.uid is not null then now() end
    from held h left join ending n on n.uid = h.uid
    where e.uid = h.uid
    returning e.uid, e.team, e.target, e.server, e.space, e.deleted_at, e.successor,
              e.tombstone is not null as ended
),
-- The successor comes out of the updated row, so one that was declared while we waited
-- counts too.
next as materialized (
    select 'environment/' || w.successor as key, w.team, w.target
    from written w where w.ended and w.successor is not null
),
freed as (
    delete from reserved_names r using written w where r.uid = w.uid and w.ended
),
forgotten as (
    delete from observations o using written w where o.uid = w.uid and w.ended
),
unheard as (
    delete from wants n using written w where n.uid = w.uid and w.ended
),
removed as (
    delete from work k using written w where k.key = 'environment/' || w.uid and w.ended
),
-- Its work row exists since it was declared; the insert is there for its conflict clause,
-- which reaches a row that this statement cannot see yet.
woken as (
    insert into work (key, kind, team, target, class)
    select n.key, 'environment', n.team, n.target, 1
    from next n where not exists (select from held h where h.key = n.key)
    order by n.key
    on conflict (key) do update
        set wake_seq = work.wake_seq + 1, due_at = least(work.due_at, now())
),
continued as (
    update work k
    set lease_owner = null, lease_until = null, crashes = 0,
        failures = case when h.failed then k.failures + 1 else 0 end,
        drain_until = case when h.ambiguous then greatest(k.drain_until, now())
                           else k.drain_until end,
        wake_seq = k.wake_seq + (n.key is not null)::int,
        -- A wake that this claim had not taken note of wants another pass at once.
        due_at = case when k.wake_seq > h.wake_seq or n.key is not null then now()
                      else now() + h.due_in_ms * interval '1 millisecond' end,
        class = case when k.wake_seq = h.wake_seq and h.at_rest and w.deleted_at is null
                     then 2 else k.class end
    from held h
    left join written w on w.uid = h.uid
    left join next n on n.key = h.key
    where k.key = h.key and not coalesce(w.ended, false)
),
standing as (
    insert into wants (document, uid, kind, want)
    select a.document, a.uid, a.kind, a.want
    from asked a join held h on h.uid = a.uid
    order by a.document, a.uid, a.kind
    on conflict (document, uid, kind) do update
        set want = excluded.want, asked_at = now(), withdrawn = false, met_at = null
),
withdrawn as (
    update wants w
    set withdrawn = true, asked_at = now(), met_at = null
    from unwanted u join held h on h.uid = u.uid
    where w.document = u.document and w.uid = u.uid and w.kind = u.kind and not u.ends
),
fact as materialized (
    select distinct on (h.uid, f.key) h.uid, w.server, w.space, f.key, f.began_at, f.fact
    from held h
    join written w on w.uid = h.uid
    cross join lateral jsonb_to_recordset(h.facts)
        as f (place integer, key text, began_at timestamptz, fact jsonb)
    order by h.uid, f.key, f.began_at desc, f.place
),
seen as (
    insert into observations (uid, key, began_at, fact)
    select f.uid, f.key, f.began_at, f.fact
    from fact f join written w on w.uid = f.uid
    where f.key <> 'space' and not w.ended
    order by f.uid, f.key
    on conflict (uid, key) do update
        set began_at = excluded.began_at, fact = excluded.fact,
            changed = observations.fact is distinct from excluded.fact
        where excluded.began_at > observations.began_at
),
named as (
    insert into spaces (server, space, began_at, fact)
    select distinct on (f.server, f.space) f.server, f.space, f.began_at, f.fact
    from fact f where f.key = 'space' and f.server is not null
    order by f.server, f.space, f.began_at desc, f.uid
    on conflict (server, space) do update
        set began_at = excluded.began_at, fact = excluded.fact
        where excluded.began_at > spaces.began_at
),
settled as (
    update attempts a
    set reference = coalesce(o.reference, a.reference),
        settled = coalesce(a.settled, o.settled),
        settled_at = case when a.settled is null and o.settled is not null then now()
                          else a.settled_at end
    from held h
    cross join lateral jsonb_to_recordset(h.outcomes)
        as o (token text, reference text, settled jsonb)
    where a.uid = h.uid and a.token = o.token
),
told as (
    insert into timeline (uid, level, reason, message, generation, pass)
    select h.uid, n.level, n.reason, n.message, n.generation, h.key || '.' || h.epoch
    from held h
    cross join lateral jsonb_to_recordset(h.entries)
        as n (place integer, level text, reason text, message text, generation bigint)
    order by h.uid, n.place
)
select place from held
