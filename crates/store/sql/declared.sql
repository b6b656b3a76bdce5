-- The newest life of a name, as a writer has to compare with it.
select environment_document(e) as document
from environments e
where e.team = $1 and e.name = $2 and e.tombstone is null and e.successor is null
