-- Notes that a request is being carried out, unless its key is known; what is known of it.
-- $1 owner, $2 key, $3 digest of the request.
--
-- Neither begun nor known: somebody else began while we waited for the row, and it can be seen
-- now. A request that comes makes room, a few rows at a time, so that no duty is needed for it.
with forgotten as (
    delete from answers a
    using (
        select o.owner, o.key from answers o
        where o.begun_at < now() - interval '1 day' and (o.owner, o.key) <> ($1::text, $2::text)
        order by o.begun_at
        limit 100
        for update skip locked
    ) o
    where a.owner = o.owner and a.key = o.key
),
begun as (
    insert into answers (owner, key, request) values ($1, $2, $3)
    on conflict (owner, key) do update
        set request = excluded.request, begun_at = now(), status = null, headers = null, body = null
        where answers.begun_at < now() - interval '1 day'
           or answers.status is null and answers.request = excluded.request
              and answers.begun_at < now() - interval '2 minutes'
    returning true
)
select exists (select from begun) as begun, a.request, a.status, a.headers, a.body
from (values (true)) as always
left join answers a on a.owner = $1 and a.key = $2
    and a.begun_at >= now() - interval '1 day'
