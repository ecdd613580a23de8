-- What pushed channels keep beside the queue (docs/adr/0009-zalo.md): tokens, reply windows, events, charges.

create table channel_token (
    channel          text        not null,
    account          text        not null,
    key_id           text        not null,        -- which of our keys sealed the two tokens
    access_token     bytea       not null,        -- nonce and AES-GCM text
    refresh_token    bytea       not null,
    expires_at       timestamptz not null,
    refreshed_at     timestamptz not null,
    refreshing_since timestamptz,                 -- a refresh was begun with this pair and its end is not known
    lost_reason      text,                        -- the pair is dead: a person has to authorise again
    primary key (channel, account)
);

create table contact (
    conversation     text primary key,
    channel          text        not null,
    last_interaction timestamptz,                 -- other than by message: the inbox has those
    follows          boolean,
    unreachable_code text,
    unreachable_at   timestamptz,
    updated_at       timestamptz not null default clock_timestamp()
);

create table thread_pause (
    conversation text primary key,
    until        timestamptz not null,
    reason       text        not null
);
create index thread_pause_until on thread_pause (until);

create table platform_event (
    id           bigint generated always as identity primary key,
    channel      text        not null,
    event_id     text        not null,
    kind         text        not null,
    name         text        not null,
    conversation text        not null,
    at           timestamptz,
    data         jsonb       not null,
    key_id       text,
    private      bytea,                           -- what points to a person, sealed
    received_at  timestamptz not null default clock_timestamp(),
    unique (channel, event_id)
);
create index platform_event_echo on platform_event (conversation, received_at) where kind = 'echo';
create index platform_event_received on platform_event (received_at);

create table subject_request (
    id           bigint generated always as identity primary key,
    channel      text        not null,
    event_id     text        not null,
    conversation text        not null,
    kind         text        not null check (kind in ('withdraw', 'view', 'download', 'erase')),
    state        text        not null default 'open' check (state in ('open', 'done', 'refused')),
    received_at  timestamptz not null default clock_timestamp(),
    due_at       timestamptz not null,
    finished_at  timestamptz,
    unique (channel, event_id)
);
create index subject_request_open on subject_request (due_at) where state = 'open';

create table send_charge (
    id           bigint generated always as identity primary key,
    at           timestamptz not null default clock_timestamp(),
    channel      text        not null,
    conversation text        not null,
    quota        text        not null,
    remain       integer,
    total        integer
);
create index send_charge_at on send_charge (channel, at);
