-- What environments want of documents that we share with people or among environments. No
-- environment's pass writes such a document; it lets a want stand here, and the document's one
-- worker merges all wants into one write.
--
-- A row stays until the document was read without what it asked for, so that a withdrawal is
-- not forgotten by a crash. Whoever writes a row holds the work row of its environment, so an
-- environment and a document's worker never write it at once.
create table wants (
    document  text collate "C" not null,
    uid       text collate "C" not null references environments (uid),
    kind      text collate "C" not null,
    want      jsonb not null,
    -- When it was asked for, or withdrawn: with the want itself, it tells this row from what it
    -- was before and what it becomes later.
    asked_at  timestamptz not null default now(),
    withdrawn boolean not null default false,
    -- When the latest read began that showed it fulfilled; null while it is not.
    met_at    timestamptz,
    primary key (document, uid, kind)
) with (fillfactor = 70);
-- No index holds a column that is ever updated: an update stays on its page.
create index wants_of_environment on wants (uid);

-- The release that a stack's creation or update brings: what its instances have to run.
alter table attempts add column release text;

-- As before, with `wants`, `older`, and the new column of attempts: a view's `*` is that of the
-- day on which it was made.
create or replace view environment_state as
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
        'wants', (
            select coalesce(
                jsonb_agg(to_jsonb(w) - 'uid' - 'kind' order by w.document, w.kind), '[]')
            from wants w where w.uid = e.uid),
        'older', case when e.origin ->> 'per' = 'build' then older_environments(e)
                      else '[]' end,
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
