-- The provider has refused a call: less from now on, and nothing for as long as it asked.
-- $1 meter; $2 what is left of the rate; $3 the least rate; $4 throttles within so many
-- seconds are one; $5 the pause in seconds; what comes in is lost with what was there.
update budgets b
set rate   = case when n.counts then greatest($3::float8, b.rate * $2::float8) else b.rate end,
    first  = case when n.counts then 0 else b.first end,
    waited = case when n.counts then 0 else b.waited end,
    common = case when n.counts then 0 else b.common end,
    as_of  = case when n.counts then greatest(b.as_of, n.at_time) else b.as_of end,
    throttled_at = case when n.counts then n.at_time else b.throttled_at end,
    closed_until = greatest(b.closed_until, n.at_time + $5::float8 * interval '1 second')
from (
    select l.meter, l.at_time, coalesce(
        l.at_time >= l.throttled_at + $4::float8 * interval '1 second', true) as counts
    from (
        select k.meter, k.throttled_at, clock_timestamp() as at_time
        from (select meter, throttled_at from budgets where meter = $1 for update) k
    ) l
) n
where b.meter = n.meter
