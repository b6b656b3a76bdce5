select state, observed_generation, observed_at, tombstone
from environment_state
where team = $1 and name = $2 and newest
