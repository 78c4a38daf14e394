with int_benchmark as (

    select * from {{ ref('int_benchmark') }}
    {{ of_touched_months() }}

),

final as (

    select
        organization_id,
        period,
        kpi_code,
        segment_type,
        segment,
        minimum_group,
        group_size,
        first_quartile,
        median,
        third_quartile,
        percentile,
        gap_to_median,
        is_suppressed,
        suppression_reason
    from int_benchmark
    order by organization_id, period, kpi_code, segment_type

)

select * from final
