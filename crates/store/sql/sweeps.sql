select key, swept_at, account, seen, problem from sweeps order by key
