with ledger_lines as (

    select * from {{ ref('stg_finance__ledger_lines') }}

),

rates as (

    select * from {{ ref('int_fx_rate') }}
    where rate_kind = 'average'

),

priced as (

    select
        ledger_lines.entry_key,
        ledger_lines.line_number,
        ledger_lines.source_system,
        ledger_lines.organization_id,
        ledger_lines.period,
        ledger_lines.account_class,
        ledger_lines.amount,
        ledger_lines.currency,
        {{ rate_to_reporting('ledger_lines.currency', 'rates.rate') }} as rate_to_reporting,
        {{ rate_to_reporting('ledger_lines.currency', 'base_rates.rate') }} as base_rate_to_reporting
    from ledger_lines
    left join rates
        on
            ledger_lines.currency = rates.currency
            and ledger_lines.period = rates.period
    left join rates as base_rates
        on
            ledger_lines.currency = base_rates.currency
            and ledger_lines.period = {{ shift_months('base_rates.period', 12) }}

),

converted as (

    select
        *,
        {{ in_reporting_currency('amount', 'rate_to_reporting') }} as reported_amount,
        {{ in_reporting_currency('amount', 'base_rate_to_reporting') }} as amount_at_base_rate
    from priced

),

final as (

    select
        entry_key,
        line_number,
        source_system,
        organization_id,
        period,
        account_class,
        amount,
        currency,
        rate_to_reporting,
        base_rate_to_reporting,
        reported_amount,
        case when account_class = 'revenue' then reported_amount else 0 end as revenue_amount,
        case when account_class = 'cost_of_sales' then reported_amount else 0 end as cost_of_sales_amount,
        case when account_class = 'revenue' then amount_at_base_rate else 0 end
            as revenue_amount_at_base_rate,
        case
            when organization_id is null then 'unmapped'
            when rate_to_reporting is null then 'no_average_rate'
            else 'counted'
        end as disposition
    from converted

)

select * from final
