-- What users declare. One row is one life of an environment: a name that is declared again
-- gets a new row, so that nothing of an old life is ever taken for a part of the new one.
--
-- Lives of one name form a chain (predecessor, successor) and end in order. The columns
-- above `known` are written by users, the others by passes.
--
-- Texts that are compared or sorted use the "C" collation: the order of bytes is the same
-- on every server.
create table environments (
    uid                 text collate "C" primary key,
    team                text collate "C" not null,
    name                text collate "C" not null,
    labels              jsonb not null,
    generation          bigint not null default 1,
    retry               bigint not null default 0,
    presence            text not null default 'present' check (presence in ('present', 'absent')),
    spec                jsonb not null,
    predecessor         text collate "C" references environments (uid),
    successor           text collate "C",
    created_at          timestamptz not null default now(),
    deleted_at          timestamptz,
    known               jsonb not null default '{}',
    conditions          jsonb not null default '[]',
    report              jsonb not null default '{"lines": [], "steps": []}',
    observed_generation bigint,
    observed_at         timestamptz,
    tombstone           text check (tombstone in ('deleted', 'released')),
    tombstone_at        timestamptz,
    -- Where it lives, out of the spec: sweeps ask for it.
    target              text collate "C" not null generated always as (spec ->> 'target') stored,
    server              text collate "C" generated always as (spec #>> '{octopus,server}') stored,
    space               text collate "C" generated always as (spec #>> '{octopus,space}') stored,
    check ((presence = 'absent') = (deleted_at is not null)),
    check ((tombstone is null) = (tombstone_at is null)),
    -- Only a life that is ending has a next one, so a name has at most one that lives.
    check (successor is null or deleted_at is not null)
) with (fillfactor = 80);

-- The newest life of a name: what people mean by the name.
create unique index environments_newest on environments (team, name)
    where tombstone is null and successor is null;
create index environments_of_target on environments (target) where tombstone is null;
create index environments_of_space on environments (server, space) where tombstone is null;

-- An Octopus tenant has its environment's name, and a space has one tenant of a name
-- whatever the case: whoever declared it first keeps it until its tombstone.
create table reserved_names (
    server text collate "C" not null,
    space  text collate "C" not null,
    name   text collate "C" not null check (name = lower(name)),
    team   text collate "C" not null,
    -- The newest life that has the name.
    uid    text collate "C" not null,
    primary key (server, space, name)
);
create index reserved_names_of_life on reserved_names (uid);

-- Content that specs name by digest, so that replicas of different age never argue about
-- what a template's name means.
create table blobs (
    digest text collate "C" primary key,
    bytes  bytea not null
);

-- Only the hash of a token is kept: reading this table lets nobody in.
create table tokens (
    sha256     bytea primary key check (length(sha256) = 32),
    team       text collate "C",   -- none: operators
    note       text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz
);
