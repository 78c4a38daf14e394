with members as (

    select * from {{ ref('int_benchmark_member') }}
    {{ of_touched_months() }}

),

final as (

    select
        members.period,
        members.kpi_code,
        members.segment_type,
        members.segment,
        others.segment_type as other_type,
        others.segment as other_segment,
        cast(count(*) as bigint) as n_common
    from members
    inner join members as others
        on
            members.organization_id = others.organization_id
            and members.period = others.period
            and members.kpi_code = others.kpi_code
            and members.segment_type <> others.segment_type
    group by
        members.period, members.kpi_code, members.segment_type, members.segment,
        others.segment_type, others.segment

)

select * from final
