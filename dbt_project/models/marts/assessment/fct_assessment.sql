with int_assessment as (

    select * from {{ ref('int_assessment') }}

),

final as (

    select
        organization_id,
        wave,
        period,
        integration_index,
        stage,
        stage_code,
        n_raters,
        is_low_reliability,
        score_basis,
        personal_score,
        structural_score,
        cultural_score,
        leadership_strategy_score,
        organisation_roles_score,
        data_tools_score,
        departmental_reach_score,
        skills_training_score,
        employee_advocacy_score,
        openness_values_score,
        relationships_audiences_score,
        channel_adoption_share,
        checklist_gap
    from int_assessment
    order by organization_id, wave

)

select * from final
