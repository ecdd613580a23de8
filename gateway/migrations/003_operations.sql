-- What operators do: kill switches, and a log of every such act that can only grow (docs/operations.md).

create table kill_switch (
    kind   text        not null check (kind in ('channel', 'intent')),
    name   text        not null,
    reason text        not null check (reason <> ''),
    actor  text        not null,
    at     timestamptz not null default clock_timestamp(),
    primary key (kind, name)
);

create table audit_log (
    id     bigint generated always as identity primary key,
    at     timestamptz not null,
    actor  text        not null,
    action text        not null,
    target text        not null,
    reason text        not null,
    previous bytea     not null,                  -- hash of the row before: a row taken out or changed breaks the chain
    hash   bytea       not null
);

create function audit_log_only_grows() returns trigger language plpgsql as
$$ begin raise exception 'audit_log only grows'; end $$;
create trigger audit_log_only_grows before update or delete or truncate on audit_log
    for each statement execute function audit_log_only_grows();
