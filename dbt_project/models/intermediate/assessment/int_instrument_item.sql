with items as (

    select * from {{ ref('instrument_items') }}

),

dimensions as (

    select * from {{ ref('instrument_dimensions') }}

),

levels as (

    select * from {{ ref('instrument_levels') }}

),

scale as (

    select
        instrument_version,
        min(answer_level) as scale_minimum,
        max(answer_level) as scale_maximum
    from levels
    group by instrument_version

),

final as (

    select
        items.instrument_version,
        items.item_code,
        items.item_order,
        items.text_en,
        items.text_nl,
        items.is_reversed,
        case when items.is_reversed then 0 else 100 end as score_of_highest_level,
        scale.scale_minimum,
        scale.scale_maximum,
        dimensions.dimension_code,
        dimensions.name_en as dimension_name_en,
        dimensions.name_nl as dimension_name_nl,
        dimensions.kind,
        dimensions.n_items,
        dimensions.minimum_answered_items,
        dimensions.minimum_raters,
        items.source_id
    from items
    inner join dimensions
        on
            items.dimension_code = dimensions.dimension_code
            and items.instrument_version = dimensions.instrument_version
    inner join scale on items.instrument_version = scale.instrument_version

)

select * from final
