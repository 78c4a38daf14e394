-- If this fails, deleted, merged or unplaced tickets inflate volume and satisfaction: every accepted
-- ticket is counted exactly once or set aside for one stated reason.
with marts as (

    select coalesce(sum(ticket_volume_numerator), 0) as n_counted from {{ ref('fct_organization_month') }}

),

aside as (

    select count(*) as n_aside
    from {{ ref('stg_support__tickets') }}
    where is_deleted or merged_into_key is not null or organization_id is null

),

accepted as (

    select count(*) as n_accepted from {{ ref('stg_support__tickets') }}

)

select
    marts.n_counted,
    aside.n_aside,
    accepted.n_accepted
from marts
cross join aside
cross join accepted
where marts.n_counted + aside.n_aside <> accepted.n_accepted
