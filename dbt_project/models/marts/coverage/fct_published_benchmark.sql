with published_benchmarks as (

    select * from {{ ref('published_benchmarks') }}

),

final as (

    select
        source_id,
        wave,
        cast(n_respondents as bigint) as n_respondents,
        markets,
        segment_type,
        segment,
        metric,
        cast(value as double) as value,
        unit,
        as_published
    from published_benchmarks
    order by source_id, wave, segment_type, segment, metric

)

select * from final
