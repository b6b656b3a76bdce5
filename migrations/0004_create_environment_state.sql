-- One place that says how rows become the documents that the code reads: a claim, a look-up
-- and a list must never differ in it.

create function environment_document(e environments) returns jsonb
language sql stable as $$
    select jsonb_build_object(
        'uid', e.uid, 'team', e.team, 'name', e.name, 'labels', e.labels,
        'generation', e.generation, 'retry', e.retry, 'presence', e.presence,
        'spec', e.spec, 'predecessor', e.predecessor,
        'created_at', e.created_at, 'deleted_at', e.deleted_at)
$$;

create view environment_state as
select e.uid, e.team, e.name, e.labels,
    e.tombstone is null and e.successor is null as newest,
    e.observed_generation, e.observed_at, e.tombstone,
    jsonb_build_object(
        'environment', environment_document(e),
        'known', e.known,
        'conditions', e.conditions,
        'report', e.report,
        'facts', (
            select coalesce(jsonb_agg(jsonb_build_object('began_at', o.began_at, 'fact', o.fact)), '[]')
            from (
                select o.began_at, o.fact from observations o where o.uid = e.uid
                union all
                select s.began_at, s.fact from spaces s
                where s.server = e.server and s.space = e.space
            ) o),
        -- The last fifty, and whatever is open, however old.
        'attempts', (
            select coalesce(jsonb_agg(to_jsonb(a) - 'uid' - 'age' order by a.started_at, a.token), '[]')
            from (
                select a.*, row_number() over (order by a.started_at desc, a.token desc) as age
                from attempts a where a.uid = e.uid
            ) a
            where a.age <= 50 or a.settled is null),
        'drain_until', coalesce(
            (select w.drain_until from work w where w.key = 'environment/' || e.uid), 'epoch'),
        -- Lives of a name end in order, so the one before says it all.
        'predecessor_gone', e.predecessor is null or exists (
            select from environments p where p.uid = e.predecessor and p.tombstone is not null)
    ) as state
from environments e;
