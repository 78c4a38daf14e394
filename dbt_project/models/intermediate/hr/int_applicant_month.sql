{% set k = var('minimum_group_people') %}

with applications as (

    select * from {{ ref('int_application') }}
    where disposition = 'counted'

),

published as (

    select * from {{ ref('stg_support__published_answers') }}
    where kpi_code = 'applicant_diversity'

),

counted as (

    select
        organization_id,
        period,
        cast(count(*) as bigint) as n_applications,
        {{ count_where('is_answered') }} as n_answered,
        {{ count_where('is_under_represented') }} as n_members
    from applications
    group by organization_id, period

),

compared as (

    select
        counted.*,
        counted.n_answered - counted.n_members as n_others,
        abs(counted.n_members - published.numerator) as n_members_moved,
        abs((counted.n_answered - counted.n_members) - (published.denominator - published.numerator))
            as n_others_moved
    from counted
    left join published
        on
            counted.organization_id = published.organization_id
            and counted.period = published.period

),

-- A count of few tells of them, on either side of the answer, and so does one that few changed since it was
-- shown.
shown as (

    select
        *,
        case
            when n_members < {{ k }} or n_others < {{ k }} then null
            when n_members_moved > 0 and n_members_moved < {{ k }} then null
            when n_others_moved > 0 and n_others_moved < {{ k }} then null
            else n_members
        end as applicant_diversity_numerator,
        nullif(n_answered, 0) as applicant_diversity_denominator
    from compared

),

final as (

    select
        organization_id,
        period,
        applicant_diversity_numerator,
        applicant_diversity_denominator,
        {{ ratio('applicant_diversity_numerator', 'applicant_diversity_denominator') }}
            as applicant_diversity,
        n_answered as applicant_answer_share_numerator,
        n_applications as applicant_answer_share_denominator,
        {{ ratio('n_answered', 'n_applications') }} as applicant_answer_share
    from shown

)

select * from final
