{% set counted = {'tickets': 'int_ticket'} %}
{% set valued = {'opportunities': 'int_opportunity', 'ledger_lines': 'int_ledger_line'} %}
{% set plain = {
    'assessment_answers': 'stg_assessment__assessment_answers',
    'assessment_scores': 'stg_assessment__assessment_scores',
    'practices': 'stg_assessment__practices',
    'channel_adoption': 'stg_assessment__channel_adoption',
    'employment_spells': 'stg_hr__employment_spells',
} %}

with ledger_periods as (

    select * from {{ ref('stg_coverage__ledger_periods') }}

),

-- Refused rows were never mapped: which organisation misses them nobody knows.
refused as (

    select
        source_system,
        entity,
        'quarantined' as reason,
        cast(null as string) as organization_id,
        period,
        currency,
        n_rows,
        amount,
        n_amount_unknown
    from ledger_periods
    where fate = 'quarantined'

),

accepted as (

    {% for entity, relation in plain.items() %}
    select
        source_system,
        '{{ entity }}' as entity,
        'unmapped' as reason,
        organization_id,
        period,
        cast(null as string) as currency,
        cast(null as decimal(18, 2)) as amount,
        0 as is_amount_unknown
    from {{ ref(relation) }}
    where organization_id is null
    union all
    {% endfor %}
    {% for entity, relation in counted.items() %}
    select
        source_system,
        '{{ entity }}' as entity,
        disposition as reason,
        organization_id,
        period,
        cast(null as string) as currency,
        cast(null as decimal(18, 2)) as amount,
        0 as is_amount_unknown
    from {{ ref(relation) }}
    where disposition in ('unmapped', 'foreign_currency')
    union all
    {% endfor %}
    {% for entity, relation in valued.items() %}
    select
        source_system,
        '{{ entity }}' as entity,
        disposition as reason,
        organization_id,
        period,
        currency,
        amount,
        case when amount is null then 1 else 0 end as is_amount_unknown
    from {{ ref(relation) }}
    where disposition in ('unmapped', 'foreign_currency')
    {{ '' if loop.last else 'union all' }}
    {% endfor %}

),

held as (

    select
        source_system,
        entity,
        reason,
        organization_id,
        period,
        currency,
        n_rows,
        amount,
        n_amount_unknown
    from refused
    union all
    select
        source_system,
        entity,
        reason,
        organization_id,
        period,
        currency,
        1 as n_rows,
        amount,
        is_amount_unknown as n_amount_unknown
    from accepted

),

summed as (

    select
        source_system,
        entity,
        reason,
        organization_id,
        period,
        currency,
        cast(period as string) as period_text,
        cast(sum(n_rows) as bigint) as n_rows,
        {{ decimal_sum('amount') }} as amount,
        cast(sum(n_amount_unknown) as bigint) as n_amount_unknown
    from held
    group by source_system, entity, reason, organization_id, period, currency

),

final as (

    select
        concat(
            source_system, '/', entity, '/', reason, '/', coalesce(organization_id, '-'), '/',
            coalesce(period_text, '-'), '/', coalesce(currency, '-')
        ) as held_key,
        source_system,
        entity,
        reason,
        organization_id,
        period,
        currency,
        n_rows,
        amount,
        n_amount_unknown
    from summed

)

select * from final
