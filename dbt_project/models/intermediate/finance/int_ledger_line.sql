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
        case
            when organization_id is null then 'unmapped'
            when currency <> {{ reporting_currency() }} then 'foreign_currency'
            else 'counted'
        end as disposition
    from ledger_lines

)

select * from final
