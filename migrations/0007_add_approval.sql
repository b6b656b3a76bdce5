-- A change set that a person has approved, by its name: names are derived from the state of
-- the world that it was made for, so that an approval never goes over to another one.
alter table environments add column approved text;

-- A key more: replicas of the release before pass over it.
create or replace function environment_document(e environments) returns jsonb
language sql stable as $$
    select jsonb_build_object(
        'uid', e.uid, 'team', e.team, 'name', e.name, 'labels', e.labels,
        'generation', e.generation, 'retry', e.retry, 'presence', e.presence,
        'spec', e.spec, 'predecessor', e.predecessor, 'origin', e.origin,
        'approved', e.approved,
        'created_at', e.created_at, 'deleted_at', e.deleted_at)
$$;
