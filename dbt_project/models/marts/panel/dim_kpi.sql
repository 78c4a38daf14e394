with kpis as (

    select * from {{ ref('kpis') }}

),

final as (

    select
        kpi_code,
        name_en,
        name_nl,
        formula,
        numerator,
        denominator,
        unit,
        direction,
        cast(minimum_sample as bigint) as minimum_sample,
        aggregation,
        is_additive,
        basis,
        entities
    from kpis
    order by kpi_code

)

select * from final
