with int_join_coverage as (

    select * from {{ ref('int_join_coverage') }}

),

final as (

    select
        source_system,
        entity,
        period,
        currency,
        n_rows,
        n_mapped,
        n_unmapped,
        mapped_share,
        n_without_rate,
        amount,
        amount_without_rate,
        reported_amount,
        reported_amount_mapped
    from int_join_coverage
    order by source_system, entity, period, currency

)

select * from final
