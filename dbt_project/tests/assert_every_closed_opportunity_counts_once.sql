-- If this fails, the win rate is made of opportunities that were lost in a join, counted twice or
-- deleted.
with marts as (

    select coalesce(sum(win_rate_denominator), 0) as n_counted from {{ ref('fct_organization_month') }}

),

closed as (

    select count(*) as n_closed
    from {{ ref('int_opportunity') }}
    where
        status in ('won', 'lost')
        and disposition not in ('deleted', 'unmapped')

),

deleted as (

    select count(*) as n_wrongly_kept
    from {{ ref('int_opportunity') }} as kept
    inner join {{ ref('stg_crm__opportunities') }} as accepted
        on
            kept.source_system = accepted.source_system
            and kept.opportunity_key = accepted.opportunity_key
    where
        accepted.is_deleted
        and kept.disposition = 'counted'

)

select
    marts.n_counted,
    closed.n_closed,
    deleted.n_wrongly_kept
from marts
cross join closed
cross join deleted
where
    marts.n_counted <> closed.n_closed
    or deleted.n_wrongly_kept > 0
