with int_join_coverage as (

    select * from {{ ref('int_join_coverage') }}

),

final as (

    select
        source_system,
        entity,
        period,
        n_rows,
        n_mapped,
        n_unmapped,
        mapped_share,
        n_foreign_currency,
        amount,
        amount_mapped,
        amount_foreign_currency
    from int_join_coverage
    order by source_system, entity, period

)

select * from final
