with answers as (

    select * from {{ ref('stg_assessment__channel_adoption') }}

),

counted as (

    select
        organization_id,
        wave,
        period,
        channel,
        {{ count_where('is_active') }} as n_active,
        cast(count(is_active) as bigint) as n_raters
    from answers
    where organization_id is not null
    group by organization_id, wave, period, channel

),

-- Active where more than half of the raters say so; a tie is not a majority.
final as (

    select
        organization_id,
        wave,
        period,
        channel,
        2 * n_active > n_raters as is_active,
        n_raters
    from counted
    where n_raters > 0

)

select * from final
