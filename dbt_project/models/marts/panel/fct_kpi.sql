with int_kpi as (

    select * from {{ ref('int_kpi') }}
    {{ of_touched_months() }}

),

final as (

    select
        organization_id,
        period,
        kpi_code,
        numerator,
        denominator,
        value,
        is_below_minimum_sample
    from int_kpi
    order by organization_id, period, kpi_code

)

select * from final
