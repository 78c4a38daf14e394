with answers as (

    select * from {{ ref('stg_assessment__practices') }}

),

counted as (

    select
        organization_id,
        wave,
        period,
        practice_code,
        {{ count_where('is_in_place') }} as n_in_place,
        cast(count(is_in_place) as bigint) as n_raters
    from answers
    where organization_id is not null
    group by organization_id, wave, period, practice_code

),

-- In place where more than half of the raters say so; a tie is not a majority.
final as (

    select
        organization_id,
        wave,
        period,
        practice_code,
        2 * n_in_place > n_raters as is_in_place,
        n_raters,
        case when n_raters >= {{ var('minimum_raters') }} then {{ ratio('n_in_place', 'n_raters') }} end
            as share_in_place
    from counted
    where n_raters > 0

)

select * from final
