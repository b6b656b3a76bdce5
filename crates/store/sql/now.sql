-- What time it is by the clock that every stored time comes from.
select clock_timestamp() as now
