-- If this fails, ready scores of dimensions that the instrument (in that version) does not know fall out
-- of the index without a word.
select
    scores.unit_key,
    scores.dimension_code,
    scores.instrument_version
from {{ ref('stg_assessment__assessment_scores') }} as scores
left join {{ ref('instrument_dimensions') }} as dimensions
    on
        scores.dimension_code = dimensions.dimension_code
        and scores.instrument_version = dimensions.instrument_version
where dimensions.dimension_code is null
