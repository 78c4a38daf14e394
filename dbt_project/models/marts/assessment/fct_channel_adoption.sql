with int_channel_adoption as (

    select * from {{ ref('int_channel_adoption') }}

),

final as (

    select
        organization_id,
        wave,
        period,
        channel,
        is_active,
        n_raters
    from int_channel_adoption
    order by organization_id, wave, channel

)

select * from final
