with int_instrument_item as (

    select * from {{ ref('int_instrument_item') }}

),

final as (

    select
        instrument_version,
        item_code,
        cast(item_order as bigint) as item_order,
        text_en,
        text_nl,
        is_reversed,
        cast(score_of_highest_level as bigint) as score_of_highest_level,
        cast(scale_minimum as bigint) as scale_minimum,
        cast(scale_maximum as bigint) as scale_maximum,
        dimension_code,
        dimension_name_en,
        dimension_name_nl,
        kind,
        cast(n_items as bigint) as n_items,
        cast(minimum_answered_items as bigint) as minimum_answered_items,
        cast(minimum_raters as bigint) as minimum_raters,
        source_id
    from int_instrument_item
    order by instrument_version, item_code

)

select * from final
