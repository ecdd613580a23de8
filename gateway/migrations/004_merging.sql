-- A person's messages over the pace become one turn (gateway/merging.py): the number of the message that answers for
-- them. The answering one bears its own number, from the moment when the set is fixed.
alter table inbox add column merged_into bigint;
create index inbox_merged on inbox (merged_into, id) where merged_into is not null;
