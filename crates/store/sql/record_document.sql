-- What a document's worker found, and the wakes that it causes.
-- $1 key, $2 owner, $3 epoch, $4 document, $5 began at,
-- $6 verdicts ({uid, kind, want, asked_at, verdict}), at most one for each want.
with verdict as materialized (
    select * from jsonb_to_recordset($6::jsonb) as v (
        uid text, kind text, want jsonb, asked_at timestamptz, verdict text)
),
-- Only what the verdict changes is locked and written.
concerned as materialized (
    select v.*, w.met_at
    from verdict v join wants w on w.document = $4 and w.uid = v.uid and w.kind = v.kind
        and w.asked_at = v.asked_at and w.want = v.want
    where case v.verdict
          when 'met' then w.met_at is null or w.met_at < $5::timestamptz
          when 'unmet' then w.met_at is not null
          else w.withdrawn end
),
-- The own row among them: whoever takes the document over waits for us, or we see that it did.
locked as materialized (
    select w.key, w.lease_owner, w.epoch, w.lease_until, split_part(w.key, '/', 2) as uid
    from work w
    where w.key = any (array(
        select $1::text union all select 'environment/' || c.uid from concerned c))
    order by w.key
    for update
),
fenced as materialized (
    select c.*
    from locked own
    cross join concerned c
    join locked l on l.key = 'environment/' || c.uid
    where own.key = $1 and own.lease_owner = $2 and own.epoch = $3 and own.lease_until > now()
      and (select count(*) from locked) >= 0
),
-- A want that was asked for anew, or withdrawn, since it was read is left alone.
judged as (
    update wants w
    set met_at = case f.verdict when 'met' then $5::timestamptz end
    from fenced f
    where w.document = $4 and w.uid = f.uid and w.kind = f.kind
      and w.asked_at = f.asked_at and w.want = f.want and f.verdict in ('met', 'unmet')
    returning w.uid, f.verdict = 'unmet' or f.met_at is null as turned
),
gone as (
    delete from wants w using fenced f
    where w.document = $4 and w.uid = f.uid and w.kind = f.kind
      and w.asked_at = f.asked_at and w.withdrawn and f.verdict = 'gone'
    returning w.uid
),
woken as (
    update work k set wake_seq = k.wake_seq + 1, due_at = least(k.due_at, now())
    from locked l
    where k.key = l.key and l.key <> $1
      and (l.uid in (select j.uid from judged j where j.turned)
           or l.uid in (select g.uid from gone g))
    returning k.key
)
select count(*) as woken from woken
