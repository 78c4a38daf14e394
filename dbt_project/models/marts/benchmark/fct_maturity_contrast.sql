with int_maturity_contrast as (

    select * from {{ ref('int_maturity_contrast') }}

),

final as (

    select
        contrast_code,
        practice_code,
        minimum_group,
        n_organizations_mature,
        n_mature,
        n_in_place_mature,
        share_mature,
        n_organizations_less_mature,
        n_less_mature,
        n_in_place_less_mature,
        share_less_mature,
        risk_ratio,
        published_metric,
        published_ratio,
        published_relation,
        is_suppressed
    from int_maturity_contrast
    order by contrast_code

)

select * from final
