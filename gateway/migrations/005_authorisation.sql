-- First authorisations that wait for an administrator to come back from the platform (gateway/authorising.py).
create table authorisation (
    state_hash bytea       primary key,          -- of the word that goes along with the browser
    channel    text        not null,
    key_id     text        not null,
    verifier   bytea       not null,             -- sealed
    until      timestamptz not null
);
