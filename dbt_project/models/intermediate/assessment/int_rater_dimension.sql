with answers as (

    select * from {{ ref('stg_assessment__assessment_answers') }}

),

items as (

    select * from {{ ref('instrument_items') }}

),

dimensions as (

    select * from {{ ref('instrument_dimensions') }}

),

-- Fixed goalposts: a level is a quarter of the way from 0 to 100; reversed items count from the other end.
scored as (

    select
        answers.source_system,
        answers.response_key,
        answers.organization_id,
        answers.wave,
        answers.period,
        answers.instrument_version,
        items.dimension_code,
        case
            when items.is_reversed then 100 - 25 * answers.answer_level
            else 25 * answers.answer_level
        end as item_score
    from answers
    inner join items
        on
            answers.item_code = items.item_code
            and answers.instrument_version = items.instrument_version
    where answers.organization_id is not null

),

added as (

    select
        source_system,
        response_key,
        organization_id,
        wave,
        period,
        instrument_version,
        dimension_code,
        cast(count(item_score) as bigint) as n_answered,
        cast(sum(item_score) as bigint) as score_sum
    from scored
    group by
        source_system, response_key, organization_id, wave, period, instrument_version, dimension_code

),

final as (

    select
        added.source_system,
        added.response_key,
        added.organization_id,
        added.wave,
        added.period,
        added.dimension_code,
        dimensions.kind,
        added.n_answered,
        cast(dimensions.n_items as bigint) as n_items,
        case
            when added.n_answered >= dimensions.minimum_answered_items
                then cast(cast(added.score_sum as double) / added.n_answered as decimal(18, 10))
        end as dimension_score
    from added
    inner join dimensions
        on
            added.dimension_code = dimensions.dimension_code
            and added.instrument_version = dimensions.instrument_version

)

select * from final
