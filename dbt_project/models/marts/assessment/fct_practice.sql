with int_practice as (

    select * from {{ ref('int_practice') }}

),

final as (

    select
        organization_id,
        wave,
        period,
        practice_code,
        is_in_place,
        n_raters,
        share_in_place
    from int_practice
    order by organization_id, wave, practice_code

)

select * from final
