-- Who wrote an entry of a timeline: a request to the API with whoever sent it, or a pass.
alter table timeline
    add column by      text,
    add column request text,
    add column pass    text;

-- A token is named to people by the beginning of its hash.
create unique index tokens_by_id on tokens (left(encode(sha256, 'hex'), 16));

-- When somebody last asked for a fresh look at everything, and when the spec last changed:
-- unknown of those that are there, so the default comes after the column.
alter table environments
    add column refresh_at  timestamptz,
    add column declared_at timestamptz;
alter table environments alter column declared_at set default now();

-- A key more: replicas of the release before pass over it.
create or replace function environment_document(e environments) returns jsonb
language sql stable as $$
    select jsonb_build_object(
        'uid', e.uid, 'team', e.team, 'name', e.name, 'labels', e.labels,
        'generation', e.generation, 'retry', e.retry, 'presence', e.presence,
        'spec', e.spec, 'predecessor', e.predecessor, 'origin', e.origin,
        'approved', e.approved, 'refresh_at', e.refresh_at, 'declared_at', e.declared_at,
        'created_at', e.created_at, 'deleted_at', e.deleted_at)
$$;

-- Metrics count what is open every few seconds; what is settled grows for ever.
create index attempts_open on attempts (verb, started_at) where settled is null;

-- Answers to requests that came under an Idempotency-Key, kept for a day.
create table answers (
    owner      text collate "C" not null,
    key        text collate "C" not null,
    request    text collate "C" not null,
    begun_at   timestamptz not null default now(),
    -- None while it is being carried out.
    status     smallint,
    headers    jsonb,
    body       bytea,
    primary key (owner, key)
);
create index answers_by_age on answers (begun_at);
