with int_quarantine_impact as (

    select * from {{ ref('int_quarantine_impact') }}

),

final as (

    select
        impact_key,
        kpi_code,
        source_system,
        entity,
        reason,
        organization_id,
        period,
        currency,
        n_rows,
        amount,
        n_amount_unknown
    from int_quarantine_impact
    order by impact_key

)

select * from final
