with answers as (

    select * from {{ ref('stg_assessment__assessment_answers') }}

),

items as (

    select * from {{ ref('int_instrument_item') }}

),

levels as (

    select * from {{ ref('instrument_levels') }}

),

published as (

    select * from {{ ref('stg_assessment__published_answers') }}

),

counted as (

    select
        organization_id,
        wave,
        period,
        instrument_version,
        item_code,
        answer_level,
        count(*) as n_answers
    from answers
    where organization_id is not null
    group by organization_id, wave, period, instrument_version, item_code, answer_level

),

asked as (

    select
        organization_id,
        wave,
        period,
        instrument_version,
        item_code,
        cast(sum(n_answers) as bigint) as n_raters
    from counted
    group by organization_id, wave, period, instrument_version, item_code

),

-- Answers that came, went or changed since the item was last shown: two editions together would tell of them.
changed as (

    select
        asked.organization_id,
        asked.wave,
        asked.instrument_version,
        asked.item_code,
        sum(abs(coalesce(counted.n_answers, 0) - published.n_answers)) as n_changed
    from asked
    inner join published
        on
            asked.organization_id = published.organization_id
            and asked.wave = published.wave
            and asked.instrument_version = published.instrument_version
            and asked.item_code = published.item_code
    left join counted
        on
            published.organization_id = counted.organization_id
            and published.wave = counted.wave
            and published.instrument_version = counted.instrument_version
            and published.item_code = counted.item_code
            and published.answer_level = counted.answer_level
    group by asked.organization_id, asked.wave, asked.instrument_version, asked.item_code

),

-- A stricter threshold of the installation counts, a laxer one does not: few answers are answers of someone.
limited as (

    select
        asked.*,
        items.dimension_code,
        coalesce(changed.n_changed, 0) as n_changed,
        greatest(items.minimum_raters, {{ var('minimum_raters') }}) as minimum
    from asked
    inner join items
        on
            asked.item_code = items.item_code
            and asked.instrument_version = items.instrument_version
    left join changed
        on
            asked.organization_id = changed.organization_id
            and asked.wave = changed.wave
            and asked.instrument_version = changed.instrument_version
            and asked.item_code = changed.item_code

),

-- The score of the dimension less its other items would tell of a hidden one: they are hidden with it.
judged as (

    select
        *,
        max(case when n_raters < minimum or (n_changed > 0 and n_changed < minimum) then 1 else 0 end) over (
            partition by organization_id, wave, instrument_version, dimension_code
        ) = 1 as is_suppressed
    from limited

),

-- Every level has a row, also the one that nobody chose.
laid_out as (

    select
        judged.*,
        levels.answer_level,
        levels.name_en as answer_en,
        levels.name_nl as answer_nl
    from judged
    inner join levels on judged.instrument_version = levels.instrument_version

),

revealed as (

    select
        laid_out.*,
        case
            when not laid_out.is_suppressed then cast(coalesce(counted.n_answers, 0) as bigint)
        end as n_answers
    from laid_out
    left join counted
        on
            laid_out.organization_id = counted.organization_id
            and laid_out.wave = counted.wave
            and laid_out.instrument_version = counted.instrument_version
            and laid_out.item_code = counted.item_code
            and laid_out.answer_level = counted.answer_level

),

final as (

    select
        organization_id,
        wave,
        period,
        instrument_version,
        item_code,
        dimension_code,
        answer_level,
        answer_en,
        answer_nl,
        n_answers,
        n_raters,
        {{ ratio('n_answers', 'n_raters') }} as share_of_answers,
        is_suppressed
    from revealed

)

select * from final
