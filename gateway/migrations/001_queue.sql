-- Inbox, outbox, attempts and dead letters (docs/adr/0004-queue.md).
-- One sequence orders both directions: numbers are taken under the conversation's lock, so a reader that has seen
-- number n of a conversation never finds a smaller one later.
create sequence message_seq;

create table inbox (
    id           bigint generated always as identity primary key,
    seq          bigint      not null default nextval('message_seq'),
    channel      text        not null,
    event_id     text        not null,
    conversation text        not null,
    provider_time timestamptz,
    body         jsonb,                       -- core.message.Incoming; emptied by the retention purge
    raw          bytea,                       -- the platform's own bytes, kept for 7 days
    state        text        not null default 'open' check (state in ('open', 'done', 'dead')),
    attempts     integer     not null default 0,
    next_at      timestamptz not null default clock_timestamp(),
    lease_token  uuid,
    lease_until  timestamptz,
    lease_owner  integer,
    received_at  timestamptz not null default clock_timestamp(),
    finished_at  timestamptz,
    trace        text,
    unique (channel, event_id)
);
create index inbox_open on inbox (id) where state = 'open';
create index inbox_open_conversation on inbox (conversation, id) where state = 'open';
create index inbox_conversation on inbox (conversation, seq);
create index inbox_finished on inbox (finished_at);

create table outbox (
    id           bigint generated always as identity primary key,
    seq          bigint      not null default nextval('message_seq'),
    inbox_id     bigint references inbox (id) on delete set null,
    channel      text        not null,
    conversation text        not null,
    dedupe_key   text        not null unique,
    kind         text        not null,
    body         jsonb,
    state        text        not null default 'open' check (state in ('open', 'sent', 'dead')),
    attempts     integer     not null default 0,
    next_at      timestamptz not null default clock_timestamp(),
    expires_at   timestamptz not null,
    lease_token  uuid,
    lease_until  timestamptz,
    lease_owner  integer,
    reference    text,
    created_at   timestamptz not null default clock_timestamp(),
    finished_at  timestamptz
);
create index outbox_open on outbox (id) where state = 'open';
create index outbox_open_conversation on outbox (conversation, id) where state = 'open';
create index outbox_conversation on outbox (conversation, seq);
create index outbox_finished on outbox (finished_at);

create table attempt (
    id          bigint generated always as identity primary key,
    outbox_id   bigint not null references outbox (id) on delete cascade,
    at          timestamptz not null default clock_timestamp(),
    http_status integer,
    error_code  text,
    ms          integer,
    outcome     text                          -- null: the call may or may not have happened
);
create index attempt_outbox on attempt (outbox_id);

create table dead_letter (
    id            bigint generated always as identity primary key,
    inbox_id      bigint references inbox (id) on delete cascade,
    outbox_id     bigint references outbox (id) on delete cascade,
    reason        text not null,
    last_response text,
    at            timestamptz not null default clock_timestamp(),
    resolved_at   timestamptz,
    check ((inbox_id is null) <> (outbox_id is null))
);
create index dead_letter_open on dead_letter (at) where resolved_at is null;

create table readiness (
    name text primary key,
    at   timestamptz not null
);
