with members as (

    select * from {{ ref('int_benchmark_member') }}
    {{ of_touched_months() }}

),

suppression as (

    select * from {{ ref('int_benchmark_suppression') }}
    {{ of_touched_months() }}

),

shown as (

    select
        members.*,
        suppression.group_size,
        suppression.suppression_reason,
        suppression.suppression_reason is null as is_shown
    from members
    inner join suppression
        on
            members.period = suppression.period
            and members.kpi_code = suppression.kpi_code
            and members.segment_type = suppression.segment_type
            and members.segment = suppression.segment

),

quartiles as (

    select
        period,
        kpi_code,
        segment_type,
        segment,
        {{ quantile('value', 0.25) }} as first_quartile,
        {{ quantile('value', 0.5) }} as median,
        {{ quantile('value', 0.75) }} as third_quartile
    from shown
    where is_shown
    group by period, kpi_code, segment_type, segment

),

placed as (

    select
        *,
        rank() over (
            partition by period, kpi_code, segment_type, segment
            order by value
        ) - 1 as n_below,
        count(*) over (partition by period, kpi_code, segment_type, segment, value) as n_equal
    from shown

),

-- Those at the same figure stand in the middle of their ties, so that a group's mean percentile is always 50.
final as (

    select
        placed.organization_id,
        placed.period,
        placed.kpi_code,
        placed.segment_type,
        placed.segment,
        placed.minimum_group,
        case when placed.is_shown then placed.group_size end as group_size,
        quartiles.first_quartile,
        quartiles.median,
        quartiles.third_quartile,
        case when placed.is_shown then 100 * (placed.n_below + placed.n_equal / 2.0) / placed.group_size end
            as percentile,
        case when placed.is_shown then placed.value - quartiles.median end as gap_to_median,
        not placed.is_shown as is_suppressed,
        placed.suppression_reason
    from placed
    left join quartiles
        on
            placed.period = quartiles.period
            and placed.kpi_code = quartiles.kpi_code
            and placed.segment_type = quartiles.segment_type
            and placed.segment = quartiles.segment

)

select * from final
