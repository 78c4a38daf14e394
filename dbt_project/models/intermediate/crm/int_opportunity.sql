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
        opportunities.created_at,
        opportunities.closed_on,
        opportunities.source_updated_at,
        opportunities.status,
        opportunities.probability_share,
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

rates as (

    select * from {{ ref('int_fx_rate') }}
    where rate_kind = 'average'

),

priced as (

    select
        resolved.*,
        {{ rate_to_reporting('resolved.currency', 'rates.rate') }} as rate_to_reporting
    from resolved
    left join rates
        on
            resolved.currency = rates.currency
            and resolved.period = rates.period

),

converted as (

    select
        *,
        {{ in_reporting_currency('amount', 'rate_to_reporting') }} as reported_amount
    from priced

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
        rate_to_reporting,
        reported_amount,
        case when status = 'won' then reported_amount when reported_amount is not null then 0 end
            as won_amount,
        probability_share,
        {{ month_start('created_at') }} as created_period,
        case
            when status = 'won' and closed_on >= cast(created_at as date)
                then cast(date_diff('day', cast(created_at as date), closed_on) as bigint)
        end as sales_cycle_days,
        greatest(
            cast(created_at as date),
            case when status in ('won', 'lost') then closed_on else cast(created_at as date) end,
            coalesce(cast(source_updated_at as date), cast(created_at as date))
        ) as told_on,
        case
            when is_deleted then 'deleted'
            when organization_id is null then 'unmapped'
            when status in ('won', 'lost') then 'counted'
            else 'open'
        end as disposition
    from converted

)

select * from final
