-- Takes calls out of a meter. No row: there is none of that name yet.
-- $1 meter; $2 allowance in calls a second; what it holds at most: $3 for each of the two
-- that go first, $4 for all; $5 regrowth; $6 the kept share of what comes in;
-- $7, $8, $9 needed and $10, $11, $12 ahead of first, waited, routine; $13 pressure in seconds.
with locked as materialized (
    select b.* from budgets b where b.meter = $1 for update
),
-- The clock is read once the row is ours: waiting for it is time, too.
passed as materialized (
    select l.*, greatest(clock_timestamp(), l.as_of) as at_time
    from locked l
),
-- It comes in at the rate that was, and the rate grows only afterwards: never too much.
came as (
    select p.*,
        least($2::float8, p.rate + $5::float8 * t.seconds) as new_rate,
        p.first + $6::float8 * c.calls as more_first,
        p.waited + $6::float8 * c.calls as more_waited,
        p.common + (1 - 2 * $6::float8) * c.calls as more_common
    from passed p,
        lateral (select extract(epoch from p.at_time - p.as_of)::float8 as seconds) t,
        lateral (select least(p.rate, $2::float8) * t.seconds as calls) c
),
-- What a held part cannot hold is there for all.
held as (
    select c.*,
        least($3::float8, c.more_first) as has_first,
        least($3::float8, c.more_waited) as has_waited,
        least($4::float8, c.more_common
            + greatest(0, c.more_first - $3::float8)
            + greatest(0, c.more_waited - $3::float8)) as has_common,
        coalesce(c.closed_until > c.at_time, false) as closed
    from came c
),
first_taken as (
    select h.*, g.given as given_first, h.has_first - least(h.has_first, g.given) as left_first,
        h.has_common - greatest(0, g.given - h.has_first) as common_1
    from held h,
        lateral (select case when h.closed then 0
            else least($7::int + $10::int, floor(h.has_first + h.has_common + 1e-9)) end as given) g
),
waited_taken as (
    select f.*, g.given as given_waited, f.has_waited - least(f.has_waited, g.given) as left_waited,
        f.common_1 - greatest(0, g.given - f.has_waited) as common_2
    from first_taken f,
        lateral (select case when f.closed then 0
            else least($8::int + $11::int, floor(f.has_waited + f.common_1 + 1e-9)) end as given) g
),
routine_taken as (
    select w.*, g.given as given_routine, p.pressed, greatest(0, w.common_2 - g.given) as left_common
    from waited_taken w,
        lateral (select w.given_first < $7::int or w.given_waited < $8::int as pressed) p,
        lateral (select case
            when w.closed or p.pressed or coalesce(w.pressed_until > w.at_time, false) then 0
            else least($9::int + $12::int, floor(w.common_2 + 1e-9)) end as given) g
)
update budgets b
set rate = r.new_rate, first = greatest(0, r.left_first), waited = greatest(0, r.left_waited),
    common = r.left_common, as_of = r.at_time,
    pressed_until = case when r.pressed then r.at_time + $13::float8 * interval '1 second'
                         else r.pressed_until end
from routine_taken r
where b.meter = r.meter
returning r.given_first::int4 as given_first, r.given_waited::int4 as given_waited,
    r.given_routine::int4 as given_routine, b.first + b.waited + b.common as calls_left, b.rate,
    greatest(0, coalesce(extract(epoch from r.closed_until - r.at_time), 0))::float8 as closed_s
