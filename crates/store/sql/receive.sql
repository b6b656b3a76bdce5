-- Stores a delivery if it is new; answers what is stored under its id, none if it is new.
-- $1 source, $2 id, $3 digest of the body, $4 event.
--
-- A delivery that comes makes room: what is older than any sender repeats it goes, a few at a
-- time, so that no duty is needed for it.
with forgotten as (
    delete from deliveries d
    using (
        select o.source, o.id from deliveries o
        where o.received_at < now() - interval '30 days'
        order by o.received_at
        limit 10
        for update skip locked
    ) o
    where d.source = o.source and d.id = o.id
),
stored as (
    insert into deliveries (source, id, body, event) values ($1, $2, $3, $4)
    on conflict do nothing
    returning body
)
select d.body, d.answer
from deliveries d
where d.source = $1 and d.id = $2 and not exists (select from stored)
