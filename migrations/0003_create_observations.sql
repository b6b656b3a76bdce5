-- What was seen, what was begun, and what people are told about it.

-- The latest fact of each kind that was seen of an environment.
create table observations (
    uid      text collate "C" not null references environments (uid),
    key      text collate "C" not null,
    began_at timestamptz not null,
    fact     jsonb not null,
    -- Whether the last write brought anything new: lets the writing statement itself know
    -- whom to wake, whatever was written at the same time.
    changed  boolean not null default true,
    primary key (uid, key)
) with (fillfactor = 70);

-- The names of a space, kept once for all its environments.
create table spaces (
    server   text collate "C" not null,
    space    text collate "C" not null,
    began_at timestamptz not null,
    fact     jsonb not null,
    -- As the last sweep saw it: what the next one is compared with.
    swept    jsonb,
    primary key (server, space)
);

-- How the last sweep of a target or a space went, by work key.
create table sweeps (
    key      text collate "C" primary key,
    swept_at timestamptz,
    account  text,
    seen     bigint not null default 0,
    problem  text
);

-- Intent before effect: durable before the call is sent.
create table attempts (
    uid        text collate "C" not null references environments (uid),
    token      text collate "C" not null,
    resource   text not null,
    verb       text not null,
    generation bigint not null,
    retry      bigint not null,
    subject    text,
    started_at timestamptz not null default now(),
    reference  text,
    settled    jsonb,
    settled_at timestamptz,
    primary key (uid, token),
    check ((settled is null) = (settled_at is null))
);
create index attempts_by_age on attempts (uid, started_at desc);

create table timeline (
    id         bigint generated always as identity primary key,
    uid        text collate "C" not null references environments (uid),
    at         timestamptz not null default now(),
    level      text not null,
    reason     text not null,
    message    text not null,
    generation bigint not null
);
create index timeline_of_environment on timeline (uid, id);
