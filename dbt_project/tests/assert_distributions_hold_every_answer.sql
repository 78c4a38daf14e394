-- If this fails, a distribution of answers leaves respondents out, counts them twice, or shows what
-- was to be withheld.
with answers as (

    select
        organization_id,
        wave,
        instrument_version,
        item_code,
        count(*) as n_delivered
    from {{ ref('stg_assessment__assessment_answers') }}
    where organization_id is not null
    group by organization_id, wave, instrument_version, item_code

),

distributions as (

    select
        organization_id,
        wave,
        instrument_version,
        item_code,
        max(n_raters) as n_raters,
        sum(n_answers) as n_shown,
        count(case when is_suppressed and n_answers is not null then 1 end) as n_leaked,
        count(case when is_suppressed then 1 end) as n_suppressed
    from {{ ref('fct_item_distribution') }}
    group by organization_id, wave, instrument_version, item_code

)

select
    answers.organization_id,
    answers.wave,
    answers.item_code,
    answers.n_delivered,
    distributions.n_raters,
    distributions.n_shown
from answers
left join distributions
    on
        answers.organization_id = distributions.organization_id
        and answers.wave = distributions.wave
        and answers.instrument_version = distributions.instrument_version
        and answers.item_code = distributions.item_code
where
    answers.n_delivered <> coalesce(distributions.n_raters, 0)
    or distributions.n_leaked > 0
    or (distributions.n_suppressed = 0 and distributions.n_shown <> answers.n_delivered)
