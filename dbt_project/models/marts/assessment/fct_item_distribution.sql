with int_item_distribution as (

    select * from {{ ref('int_item_distribution') }}

),

final as (

    select
        organization_id,
        wave,
        period,
        instrument_version,
        item_code,
        dimension_code,
        cast(answer_level as bigint) as answer_level,
        answer_en,
        answer_nl,
        n_answers,
        n_raters,
        share_of_answers,
        is_suppressed
    from int_item_distribution
    order by organization_id, wave, instrument_version, item_code, answer_level

)

select * from final
