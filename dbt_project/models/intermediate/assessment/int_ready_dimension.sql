with scores as (

    select * from {{ ref('stg_assessment__assessment_scores') }}

),

dimensions as (

    select * from {{ ref('instrument_dimensions') }}

),

known as (

    select
        scores.organization_id,
        scores.wave,
        scores.period,
        scores.dimension_code,
        scores.n_raters,
        cast(scores.score_0_100 as decimal(18, 10)) as score
    from scores
    inner join dimensions
        on
            scores.dimension_code = dimensions.dimension_code
            and scores.instrument_version = dimensions.instrument_version
    where scores.organization_id is not null

),

-- Units of one organisation weigh by their respondents where all say how many; otherwise all weigh the same.
final as (

    select
        organization_id,
        wave,
        period,
        dimension_code,
        case
            when count(n_raters) = count(*) then cast(sum(score * n_raters) as double) / sum(n_raters)
            else {{ exact_mean('score') }}
        end as dimension_score,
        cast(coalesce(sum(n_raters), 0) as bigint) as n_raters
    from known
    group by organization_id, wave, period, dimension_code

)

select * from final
