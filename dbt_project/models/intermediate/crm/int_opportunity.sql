with opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

accounts as (

    select * from {{ ref('int_account_organization') }}

),

resolved as (

    select
        opportunities.opportunity_key,
        opportunities.source_system,
        opportunities.period,
        opportunities.status,
        opportunities.amount,
        opportunities.is_deleted,
        coalesce(opportunities.currency, {{ reporting_currency() }}) as currency,
        coalesce(opportunities.organization_id, accounts.organization_id) as organization_id
    from opportunities
    left join accounts
        on
            opportunities.source_system = accounts.source_system
            and opportunities.account_key = accounts.account_key

),

final as (

    select
        opportunity_key,
        source_system,
        organization_id,
        period,
        status,
        coalesce(status = 'won', false) as is_won,
        amount,
        currency,
        case
            when is_deleted then 'deleted'
            when organization_id is null then 'unmapped'
            when status in ('won', 'lost') then 'counted'
            else 'open'
        end as disposition
    from resolved

)

select * from final
