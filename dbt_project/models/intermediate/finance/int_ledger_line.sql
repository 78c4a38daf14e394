with ledger_lines as (

    select * from {{ ref('stg_finance__ledger_lines') }}

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
        case when account_class = 'revenue' then amount else 0 end as revenue_amount,
        case when account_class = 'cost_of_sales' then amount else 0 end as cost_of_sales_amount,
        case
            when organization_id is null then 'unmapped'
            when currency <> {{ reporting_currency() }} then 'foreign_currency'
            else 'counted'
        end as disposition
    from ledger_lines

)

select * from final
