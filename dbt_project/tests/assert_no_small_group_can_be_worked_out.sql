-- If this fails, whoever is given the benchmarks can work out the figures of a few organisations.
with benchmarks as (

    select * from {{ ref('fct_benchmark') }}

),

sizes as (

    select
        period,
        kpi_code,
        segment_type,
        segment,
        minimum_group,
        is_suppressed,
        min(group_size) as told,
        count(*) as n_organizations
    from benchmarks
    group by period, kpi_code, segment_type, segment, minimum_group, is_suppressed

),

too_small as (

    select
        period,
        kpi_code,
        segment_type,
        segment
    from sizes
    where not is_suppressed and (n_organizations < minimum_group or told <> n_organizations)

),

-- All organisations minus the groups of a type that are shown.
left_over as (

    select
        period,
        kpi_code,
        segment_type,
        max(case when is_suppressed then segment end) as segment
    from sizes
    group by period, kpi_code, segment_type
    having
        count(case when not is_suppressed then 1 end) > 0
        and (
            count(case when is_suppressed then 1 end) = 1
            or sum(case when is_suppressed then n_organizations end) < max(minimum_group)
        )

),

common as (

    select
        outside.period,
        outside.kpi_code,
        outside.segment_type,
        outside.segment,
        inside.segment_type as inside_type,
        inside.segment as inside_segment,
        count(*) as n_common
    from benchmarks as outside
    inner join benchmarks as inside
        on
            outside.organization_id = inside.organization_id
            and outside.period = inside.period
            and outside.kpi_code = inside.kpi_code
            and outside.segment_type <> inside.segment_type
    where not outside.is_suppressed and not inside.is_suppressed
    group by
        outside.period, outside.kpi_code, outside.segment_type, outside.segment,
        inside.segment_type, inside.segment

),

-- A group minus the groups of another type that lie wholly inside it.
all_but_a_few as (

    select
        common.period,
        common.kpi_code,
        common.segment_type,
        common.segment
    from common
    inner join sizes as outside
        on
            common.period = outside.period
            and common.kpi_code = outside.kpi_code
            and common.segment_type = outside.segment_type
            and common.segment = outside.segment
    inner join sizes as inside
        on
            common.period = inside.period
            and common.kpi_code = inside.kpi_code
            and common.inside_type = inside.segment_type
            and common.inside_segment = inside.segment
            and common.n_common = inside.n_organizations
    group by
        common.period, common.kpi_code, common.segment_type, common.segment, common.inside_type
    having
        max(outside.n_organizations) > sum(inside.n_organizations)
        and max(outside.n_organizations) < sum(inside.n_organizations) + max(outside.minimum_group)

)

select * from too_small
union all
select * from left_over
union all
select * from all_but_a_few
