-- Makes the row of a meter, full, if it has none.
-- $1 meter; $2 rate; $3 held for each of the two that go first; $4 there for all.
insert into budgets (meter, rate, first, waited, common)
values ($1, $2::float8, $3::float8, $3::float8, $4::float8)
on conflict (meter) do nothing
