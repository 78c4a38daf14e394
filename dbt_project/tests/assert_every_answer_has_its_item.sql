-- If this fails, answers to items, or scores of dimensions, that the instrument (in that version) does not
-- know fall out of the index without a word.
select
    answers.response_key as said_by,
    answers.item_code as code,
    answers.instrument_version
from {{ ref('stg_assessment__assessment_answers') }} as answers
left join {{ ref('instrument_items') }} as items
    on
        answers.item_code = items.item_code
        and answers.instrument_version = items.instrument_version
where items.item_code is null
union all
select
    scores.unit_key as said_by,
    scores.dimension_code as code,
    scores.instrument_version
from {{ ref('stg_assessment__assessment_scores') }} as scores
left join {{ ref('instrument_dimensions') }} as dimensions
    on
        scores.dimension_code = dimensions.dimension_code
        and scores.instrument_version = dimensions.instrument_version
where dimensions.dimension_code is null
