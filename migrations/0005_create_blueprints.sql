-- Environments that builds declare: what is declared by them, in which order, and what their
-- senders were told.
--
-- Everything here can be written while replicas of the release before are still running:
-- they never read it, and `origin` has no meaning for them.

-- Which build an environment comes from; null for what a person declared.
alter table environments add column origin jsonb;
create index environments_of_branch on environments ((origin ->> 'repository'), (origin ->> 'branch'))
    where tombstone is null and origin is not null;

create table blueprints (
    team       text collate "C" not null,
    name       text collate "C" not null,
    -- As in `spec`: events ask for it.
    repository text collate "C" not null,
    generation bigint not null default 1,
    spec       jsonb not null,
    created_at timestamptz not null default now(),
    primary key (team, name)
);
create index blueprints_of_repository on blueprints (repository);

-- The last event of a branch that counted. Kept past the branch's deletion, or a late word
-- of an old build would bring it back.
create table branches (
    repository text collate "C" not null,
    branch     text collate "C" not null,
    at         timestamptz not null,
    build      bigint not null,
    -- Counts the events that counted: guards a decision against another one's write.
    sequence   bigint not null default 1,
    primary key (repository, branch)
);

-- Stored before it is acknowledged, and for as long as a sender can be expected to repeat it.
create table deliveries (
    source      text collate "C" not null,
    id          text collate "C" not null,
    body        text collate "C" not null,   -- SHA-256
    event       jsonb not null,
    received_at timestamptz not null default now(),
    -- What the sender was told; null as long as nothing is decided.
    answer      jsonb,
    primary key (source, id)
);
create index deliveries_by_age on deliveries (received_at);

-- A key more: replicas of the release before pass over it.
create or replace function environment_document(e environments) returns jsonb
language sql stable as $$
    select jsonb_build_object(
        'uid', e.uid, 'team', e.team, 'name', e.name, 'labels', e.labels,
        'generation', e.generation, 'retry', e.retry, 'presence', e.presence,
        'spec', e.spec, 'predecessor', e.predecessor, 'origin', e.origin,
        'created_at', e.created_at, 'deleted_at', e.deleted_at)
$$;

-- The living environments of the same blueprint and branch that earlier builds declared: what
-- the newer one is to burn once it is Ready, where each build has its own.
create function older_environments(e environments) returns jsonb
language sql stable as $$
    select coalesce(jsonb_agg(o.uid order by o.uid), '[]')
    from environments o
    where e.origin ->> 'per' = 'build'
      and o.tombstone is null and o.origin is not null and o.deleted_at is null
      and o.origin ->> 'repository' = e.origin ->> 'repository'
      and o.origin ->> 'branch' = e.origin ->> 'branch'
      and o.origin -> 'blueprint' = e.origin -> 'blueprint'
      and o.uid <> e.uid
      and ((o.origin #>> '{order,at}')::timestamptz, (o.origin #>> '{order,build}')::bigint)
        < ((e.origin #>> '{order,at}')::timestamptz, (e.origin #>> '{order,build}')::bigint)
$$;
