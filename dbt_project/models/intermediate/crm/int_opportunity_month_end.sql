with opportunities as (

    select * from {{ ref('int_opportunity') }}
    where disposition in ('counted', 'open')

),

changes as (

    select * from {{ ref('stg_crm__opportunity_history') }}
    where not is_deleted

),

rates as (

    select * from {{ ref('int_fx_rate') }}
    where rate_kind = 'closing'

),

periods as (

    select * from {{ ref('int_period') }}

),

-- What a system last told about any opportunity: what it holds now is how things stood in that month.
systems as (

    select
        source_system,
        {{ month_start('max(told_on)') }} as last_period
    from {{ ref('int_opportunity') }}
    group by source_system

),

-- From its entry to the month before its close an opportunity stands open at the month end.
open_months as (

    select
        opportunities.source_system,
        opportunities.opportunity_key,
        opportunities.organization_id,
        periods.period,
        systems.last_period,
        opportunities.amount,
        opportunities.currency,
        opportunities.probability_share
    from opportunities
    inner join systems on opportunities.source_system = systems.source_system
    inner join periods
        on
            opportunities.created_period <= periods.period
            and systems.last_period >= periods.period
            and (opportunities.status = 'open' or opportunities.period > periods.period)

),

ranked as (

    select
        open_months.source_system,
        open_months.opportunity_key,
        open_months.period,
        changes.status,
        changes.amount,
        changes.currency,
        changes.probability_share,
        changes.changed_at,
        row_number() over (
            partition by open_months.source_system, open_months.opportunity_key, open_months.period
            order by changes.changed_at desc
        ) as place
    from open_months
    inner join changes
        on
            open_months.source_system = changes.source_system
            and open_months.opportunity_key = changes.opportunity_key
            and open_months.period >= changes.period

),

valued as (

    select
        open_months.source_system,
        open_months.opportunity_key,
        open_months.organization_id,
        open_months.period,
        case when ranked.place is not null then ranked.amount else open_months.amount end as amount,
        case when ranked.place is not null then ranked.currency else open_months.currency end as currency,
        case
            when ranked.place is not null then ranked.probability_share
            else open_months.probability_share
        end as probability_share,
        ranked.changed_at,
        ranked.place is not null or open_months.period = open_months.last_period as is_known
    from open_months
    left join ranked
        on
            open_months.source_system = ranked.source_system
            and open_months.opportunity_key = ranked.opportunity_key
            and open_months.period = ranked.period
            and ranked.place = 1
    where coalesce(ranked.status, 'open') = 'open'

),

priced as (

    select
        valued.*,
        {{ rate_to_reporting('valued.currency', 'rates.rate') }} as rate_to_reporting
    from valued
    left join rates
        on
            valued.currency = rates.currency
            and valued.period = rates.period

),

converted as (

    select
        *,
        {{ in_reporting_currency('amount', 'rate_to_reporting') }} as reported_amount
    from priced

),

final as (

    select
        *,
        reported_amount * probability_share as weighted_amount
    from converted

)

select * from final
