-- If this fails, an organisation has two sizes on one day, or none, and its peers are chosen wrongly.
with versions as (

    select
        organization_id,
        valid_from,
        valid_to,
        is_current,
        lead(valid_from) over (partition by organization_id order by valid_from) as next_from
    from {{ ref('dim_organization_history') }}

)

select *
from versions
where
    valid_to <= valid_from
    or is_current <> (next_from is null)
    or (next_from is not null and valid_to is distinct from next_from)
