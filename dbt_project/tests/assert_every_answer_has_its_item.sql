-- If this fails, answers to items that the instrument (in that version) does not know fall out of the
-- index without a word.
select
    answers.response_key,
    answers.item_code,
    answers.instrument_version
from {{ ref('stg_assessment__assessment_answers') }} as answers
left join {{ ref('instrument_items') }} as items
    on
        answers.item_code = items.item_code
        and answers.instrument_version = items.instrument_version
where items.item_code is null
