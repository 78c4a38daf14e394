with ledger_periods as (

    select * from {{ ref('stg_coverage__ledger_periods') }}

),

accepted as (

    select * from {{ ref('int_accepted') }}

),

month_ends as (

    select * from {{ ref('int_opportunity_month_end') }}

),

opportunities as (

    select
        source_system,
        opportunity_key
    from {{ ref('stg_crm__opportunities') }}

),

changes as (

    select * from {{ ref('stg_crm__opportunity_history') }}
    where not is_deleted

),

-- Refused rows were never mapped: which organisation misses them nobody knows.
refused as (

    select
        source_system,
        entity,
        'quarantined' as reason,
        cast(null as string) as organization_id,
        period,
        currency,
        n_rows,
        amount,
        n_amount_unknown
    from ledger_periods
    where fate = 'quarantined'

),

set_aside as (

    select
        source_system,
        entity,
        held_reason as reason,
        organization_id,
        period,
        nullif(currency, 'XXX') as currency,
        n_rows,
        amount,
        case when currency = 'XXX' then 0 else n_amount_unknown end as n_amount_unknown
    from accepted
    where held_reason is not null

),

-- An opportunity that counts when it closes can still be missing from what stood open at a month end; of one
-- whose worth nobody knows then, no rate is missing.
open_without_rate as (

    select
        source_system,
        'opportunities' as entity,
        'no_closing_rate' as reason,
        organization_id,
        period,
        currency,
        1 as n_rows,
        amount,
        0 as n_amount_unknown
    from month_ends
    where is_known and amount is not null and rate_to_reporting is null

),

-- What is told of an opportunity that was never delivered is in no figure, and nobody knows whose it is.
without_opportunity as (

    select
        changes.source_system,
        'opportunity_history' as entity,
        'without_opportunity' as reason,
        cast(null as string) as organization_id,
        changes.period,
        changes.currency,
        1 as n_rows,
        case when changes.currency is not null then changes.amount end as amount,
        case when changes.currency is not null and changes.amount is null then 1 else 0 end
            as n_amount_unknown
    from changes
    left join opportunities
        on
            changes.source_system = opportunities.source_system
            and changes.opportunity_key = opportunities.opportunity_key
    where opportunities.opportunity_key is null

),

held as (

    select * from refused
    union all
    select * from set_aside
    union all
    select * from open_without_rate
    union all
    select * from without_opportunity

),

summed as (

    select
        source_system,
        entity,
        reason,
        organization_id,
        period,
        currency,
        cast(period as string) as period_text,
        cast(sum(n_rows) as bigint) as n_rows,
        {{ decimal_sum('amount') }} as amount,
        cast(sum(n_amount_unknown) as bigint) as n_amount_unknown
    from held
    group by source_system, entity, reason, organization_id, period, currency

),

final as (

    select
        concat(
            source_system, '/', entity, '/', reason, '/', coalesce(organization_id, '-'), '/',
            coalesce(period_text, '-'), '/', coalesce(currency, '-')
        ) as held_key,
        source_system,
        entity,
        reason,
        organization_id,
        period,
        currency,
        n_rows,
        amount,
        n_amount_unknown
    from summed

)

select * from final
