-- The embedded registry of dossiers and what safe look-up and notices need. Idempotent: run at every start.
-- No phone, personal number, PIN or full name is stored anywhere here.
create schema if not exists dossier;

create table if not exists dossier.record (
    id             bigint generated always as identity primary key,
    code           text        not null unique,
    procedure_code text,
    procedure_name text        not null,
    field          text,
    unit           text        not null,
    level          text        not null check (level in ('city', 'district', 'commune')),
    holder         text,                          -- masked
    status         smallint    not null check (status between 1 and 10),
    step           text,
    received_at    timestamptz not null,
    due_at         timestamptz,
    new_due_at     timestamptz,
    finished_at    timestamptz,
    allowed        integer,
    allowed_unit   text,
    reason         text,
    supplement     text[]      not null default '{}',
    return_place   text,
    version        integer     not null default 1,
    events         jsonb       not null default '[]',
    updated_at     timestamptz not null default clock_timestamp()
);
create index if not exists record_received on dossier.record (received_at);

-- Keyed hashes: HMAC of the code, and of each fact of that code. The row of 0xff ends every search, so that looking
-- for the first key at or behind any key always finds exactly one row.
create table if not exists dossier.secret_fact (
    code_key bytea   primary key,
    facts    bytea[] not null check (cardinality(facts) = 3)
);
insert into dossier.secret_fact (code_key, facts)
values (decode(repeat('ff', 32), 'hex'),
        array[decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex')])
on conflict do nothing;

-- The change feed. Several writers may commit out of order, so numbers are taken under one lock (see postgres.py).
create table if not exists dossier.change (
    cursor         bigint generated always as identity primary key,
    code           text        not null,
    version        integer     not null,
    status         smallint    not null,
    at             timestamptz not null,
    procedure_name text        not null,
    unique (code, version)
);

create table if not exists dossier.tries (
    key     bytea       primary key,
    started timestamptz not null,
    count   integer     not null
);
create index if not exists tries_started on dossier.tries (started);

create table if not exists dossier.verified (
    person_key bytea       not null,
    code       text        not null,
    until      timestamptz not null,
    primary key (person_key, code)
);

create table if not exists dossier.audit (
    id         bigint      primary key,
    at         timestamptz not null,
    event      text        not null,
    outcome    text        not null,
    person_key bytea,
    code_key   bytea,
    hash       bytea       not null
);
create or replace function dossier.refuse() returns trigger language plpgsql as
$$ begin raise exception 'the audit log is append-only'; end $$;
create or replace trigger audit_append_only before update or delete on dossier.audit
    for each row execute function dossier.refuse();
create or replace trigger audit_no_truncate before truncate on dossier.audit
    for each statement execute function dossier.refuse();

-- A subscriber is a conversation (channel:account:person): where the notice goes.
create table if not exists dossier.subscription (
    code           text        not null,
    subscriber     text        not null,
    procedure_name text        not null,
    since_version  integer     not null,
    created_at     timestamptz not null default clock_timestamp(),
    primary key (code, subscriber)
);
create index if not exists subscription_subscriber on dossier.subscription (subscriber);

create table if not exists dossier.preference (
    subscriber text        primary key,
    pace       text        not null check (pace in ('each', 'digest', 'none')),
    changed_at timestamptz not null default clock_timestamp()
);

create table if not exists dossier.feed (
    name   text   primary key,
    cursor bigint not null
);

create table if not exists dossier.notice (
    id             bigint generated always as identity primary key,
    dedupe_key     text        not null unique,
    subscriber     text        not null,
    code           text        not null,
    version        integer     not null,
    status         smallint    not null,
    at             timestamptz not null,
    procedure_name text        not null,
    deliver_at     timestamptz not null,
    published_at   timestamptz
);
-- What cannot reach its person now (reply window over, channel off) waits for his next message.
alter table dossier.notice add column if not exists waiting_since timestamptz;
alter table dossier.notice add column if not exists tries integer not null default 0;
alter table dossier.notice add column if not exists shut boolean not null default false;
alter table dossier.notice add column if not exists told_as text;
create index if not exists notice_open on dossier.notice (subscriber, deliver_at) where published_at is null;
drop index if exists dossier.notice_due;
create index if not exists notice_ready on dossier.notice (deliver_at)
    where published_at is null and waiting_since is null;
create index if not exists notice_waiting on dossier.notice (subscriber)
    where published_at is null and waiting_since is not null;
create index if not exists notice_told_as on dossier.notice (told_as) where told_as is not null;
create index if not exists notice_published on dossier.notice (subscriber, published_at) where published_at is not null;

-- What a person said to prove a dossier is his, for 15 minutes: sealed, under a reference that the bot gets in its place.
create table if not exists dossier.vault (
    person_key  bytea       not null,
    name        text        not null,
    number      integer     not null,
    value       bytea       not null,             -- nonce and AES-GCM text
    until       timestamptz not null,
    primary key (person_key, name)
);
create index if not exists vault_until on dossier.vault (until);
