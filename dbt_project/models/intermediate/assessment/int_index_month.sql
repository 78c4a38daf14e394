with organization_periods as (

    select * from {{ ref('int_organization_period') }}

),

assessments as (

    select * from {{ ref('int_assessment') }}

),

candidates as (

    select
        organization_periods.organization_id,
        organization_periods.period,
        assessments.wave,
        assessments.integration_index,
        assessments.stage,
        assessments.n_raters,
        assessments.is_low_reliability,
        assessments.channel_adoption_share,
        assessments.checklist_gap,
        row_number() over (
            partition by organization_periods.organization_id, organization_periods.period
            order by assessments.period desc, assessments.wave desc
        ) as recency
    from organization_periods
    inner join assessments
        on
            organization_periods.organization_id = assessments.organization_id
            and organization_periods.period >= assessments.period
            and organization_periods.period
            <= {{ shift_months('assessments.period', var('index_carried_months')) }}

),

final as (

    select
        organization_id,
        period,
        wave,
        integration_index,
        stage,
        n_raters,
        is_low_reliability,
        channel_adoption_share,
        checklist_gap
    from candidates
    where recency = 1

)

select * from final
